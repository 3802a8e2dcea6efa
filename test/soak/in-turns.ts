/** Works off a long list, `size` at a time. */
export const inTurns = async <T>(
  list: readonly T[],
  size: number,
  work: (some: readonly T[]) => Promise<unknown>,
): Promise<void> => {
  for (let i = 0; i < list.length; i += size) await work(list.slice(i, i + size));
};

/** Example requests for each route. test/docs/openapi.test.ts sends each of them. */
type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

const EMR = { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe6a4c', OperationId: 'op-7d1e9b20c4f3' };

const DWS = {
  region: 'cn-north-4',
  project_id: '89cd04f168b84af6be287f71730fdb4b',
  cluster_id: '7d85f602-a948-4a30-afd4-e84f47471c15',
  action_name: 'SNAPSHOTTING',
};

export const EXAMPLES: Readonly<Record<string, Examples>> = {
  'POST /watches': {
    one: {
      summary: 'An operation of E-MapReduce, with the default targets',
      value: { provider: 'aliyun-emr', operation: EMR, labels: { team: 'data' } },
    },
    callback: {
      summary: 'A snapshot of a warehouse, with a callback and a deadline of six hours',
      value: {
        provider: 'huawei-dws',
        operation: DWS,
        notify: ['https://ci.example.com/hook'],
        deadline: 'PT6H',
      },
    },
    many: {
      summary: 'Two operations at once, without targets',
      value: [
        {
          provider: 'aliyun-ehpc',
          operation: { RegionId: 'cn-hangzhou', ClusterId: 'ehpc-hz-1', TaskId: 'T-1' },
          notify: [],
        },
        { provider: 'aliyun-emr', operation: { ...EMR, OperationId: 'op-2' }, notify: [] },
      ],
    },
  },
  'PATCH /watches/{id}': {
    longer: { summary: 'Twelve hours from now', value: { deadline: 'PT12H' } },
  },
  'POST /deliveries/resend': {
    outage: {
      summary: 'All deliveries parked for a target since the beginning of an outage',
      value: { target: 'ci', from: '2026-01-04T00:00:00Z' },
    },
  },
  'POST /deliveries/dismiss': {
    drill: {
      summary: 'All deliveries parked for a target in one hour',
      value: { target: 'ci', from: '2026-01-04T08:00:00Z', to: '2026-01-04T09:00:00Z' },
    },
  },
  'POST /origins/disable': {
    origin: { summary: 'No callback to this origin', value: { origin: 'https://ci.example.com' } },
  },
  'POST /origins/enable': {
    origin: { summary: 'Callbacks to this origin again', value: { origin: 'https://ci.example.com' } },
  },
};

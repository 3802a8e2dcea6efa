/** The configuration of the local stack where it runs the user's own: `npm start -- --config mine.ts`. */
import own from '#own';
import { standInFor } from './stand-in.ts';

export default standInFor(own, process.env);

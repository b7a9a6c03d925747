/** The hub without any wire: what server.ts opens and app.ts serves. What it can do stands in ports.ts. */
import type { Hub, HubOptions } from './ports.ts';

export type * from './ports.ts';
export { RecordError } from './ports.ts';

/**
 * Opens (or makes) the hub's files in `dataDir` and starts its projections.
 * @throws {Error} with a `code` of node:sqlite or node:fs when the folder cannot be used
 */
export declare function openHub(options: HubOptions): Promise<Hub>;

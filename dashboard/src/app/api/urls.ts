/** Every address of the hub's API that the dashboard uses. Ids are in paths, never a name or a search text. */

const id = encodeURIComponent;

export const FEED_URL = (after: number) => `/api/feed?after=${after}`;
export const WORKLIST_URL = '/api/worklist';
export const DEVICES_URL = '/api/devices';
export const GATEWAYS_URL = '/api/gateways';
export const UNASSIGNED_URL = '/api/unassigned';

export const patientUrl = (patientId: string) => `/api/patients/${id(patientId)}`;
export const readingsUrl = (patientId: string, window: { from: number; to: number }, limit: number) =>
  `/api/patients/${id(patientId)}/readings?from=${window.from}&to=${window.to}&limit=${limit}`;
export const seriesUrl = (q: {
  patientId: string;
  metric: string;
  component: string;
  from: number;
  to: number;
  buckets: number;
}) =>
  `/api/patients/${id(q.patientId)}/series?metric=${id(q.metric)}&component=${id(q.component)}` +
  `&from=${q.from}&to=${q.to}&buckets=${q.buckets}`;
export const explainUrl = (readingId: string) => `/api/readings/${id(readingId)}/explain`;
export const fileUrl = (readingId: string) => `/api/readings/${id(readingId)}/file`;
export const setAsideUrl = (readingId: string) => `/api/readings/${id(readingId)}/set-aside`;
export const restoreUrl = (readingId: string) => `/api/readings/${id(readingId)}/restore`;
export const correctUrl = (readingId: string) => `/api/readings/${id(readingId)}/correct`;
export const enterUrl = (patientId: string) => `/api/patients/${id(patientId)}/readings`;

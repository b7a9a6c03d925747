/** GET /api/worklist: all patients with their newest values, and the feed position from which a page goes on. */
import { Worklist } from '@gaya/protocols/api';
import type { App, RouteContext } from './app-types.ts';
import { refusals } from './schemas.ts';

export function worklistRoutes(app: App, { hub }: RouteContext): void {
  const schema = {
    operationId: 'getWorklist',
    tags: ['worklist'],
    summary: 'Patients with their newest values',
    response: { 200: Worklist, ...refusals },
  };
  app.get('/api/worklist', { schema }, () => hub.worklist());
}

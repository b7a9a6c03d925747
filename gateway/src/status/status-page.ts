/** The gateway's own page, on 127.0.0.1 only: queue, radio, devices by their opaque ids, last errors. No patient data. */
import type { GatewayStatus } from '@gaya/protocols/messages';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StatusView {
  readonly status: GatewayStatus;
  readonly broker: { readonly online: boolean; readonly lastError: string | null };
  readonly clock: { readonly utc: string | null; readonly uncertaintyMs: number | null };
  readonly refusedSamples: number;
  readonly errors: readonly { readonly at: string; readonly what: string }[];
}

export interface StatusPage {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws the error of listen(), e.g. with code EADDRINUSE */
export async function openStatusPage(port: number, view: () => StatusView): Promise<StatusPage> {
  const server = createServer((request, response) => answer(request, response, view));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function answer(request: IncomingMessage, response: ServerResponse, view: () => StatusView): void {
  // A page elsewhere that points its name at 127.0.0.1 must not read this one.
  const local = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');
  response.setHeader('Cache-Control', 'no-store');
  if (!local || request.method !== 'GET') send(response, local ? 405 : 403, 'text/plain', '');
  else if (request.url === '/status.json') send(response, 200, 'application/json', JSON.stringify(view()));
  else if (request.url === '/') send(response, 200, 'text/html; charset=utf-8', html(view()));
  else send(response, 404, 'text/plain', '');
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, {
    'Content-Type': type,
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(body);
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;margin:0 0 1.5rem}th,td{text-align:left;padding:.25rem 1rem .25rem 0;border-bottom:1px solid #8884}`;

function html({ status, broker, clock, refusedSamples, errors }: StatusView): string {
  const { detail } = status;
  const facts: [string, string][] = [
    ['Software', detail?.software ?? ''],
    ['Radio', `${detail?.adapter.hci ?? ''}: ${detail?.adapter.state ?? ''}`],
    [
      'Broker',
      broker.online ? 'connected' : `not connected${broker.lastError === null ? '' : `: ${broker.lastError}`}`,
    ],
    ['Time', clock.utc === null ? 'not known yet' : `${clock.utc} ± ${Math.ceil(clock.uncertaintyMs ?? 0)} ms`],
    ['Queued', String(detail?.queue.queued ?? 0)],
    ['Published, not yet stored by the hub', String(detail?.queue.published ?? 0)],
    ['Stored by the hub, still kept', String(detail?.queue.stored ?? 0)],
    ['Rejected by the hub', String(detail?.queue.dead ?? 0)],
    ['Continuous values refused for want of space', String(refusedSamples)],
  ];
  const devices = (detail?.devices ?? []).map((d) =>
    row([
      d.device,
      d.state,
      d.lastSeenAt === null ? '' : new Date(d.lastSeenAt).toISOString(),
      unit(d.rssiDbm, 'dBm'),
      unit(d.batteryPercent, '%'),
      unit(d.clockOffsetMs, 'ms'),
      d.lastError ?? '',
    ]),
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Gateway ${escape(status.gateway)}</title><style>${STYLE}</style><h1>Gateway ${escape(status.gateway)}</h1>
<table>${facts.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`).join('')}</table>
<h2>Devices</h2><table><tr>${['Device', 'State', 'Last seen', 'Signal', 'Battery', 'Clock offset', 'Last error'].map((h) => `<th scope="col">${h}</th>`).join('')}</tr>
${devices.join('')}</table><h2>Last errors</h2><table>${errors.map(({ at, what }) => row([at, what])).join('')}</table></html>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
}

function unit(value: number | null, name: string): string {
  return value === null ? '' : `${value} ${name}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

// A hub made of paper: serves the built dashboard with the real hub's headers, and invented answers in the shapes of
// protocols/src/api, so that pages can be worked on without gateways and a database. For development only.
//   node dashboard/dev/fake-hub.mjs [--port 4311] [--patients 12] [--empty]
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const PORT = Number(argument('port', 4311));
const COUNT = process.argv.includes('--empty') ? 0 : Number(argument('patients', 12));
const DIST = join(import.meta.dirname, '../dist');
const MINUTE = 60_000,
  HOUR = 60 * MINUTE,
  DAY = 24 * HOUR;

let seed = 7;
const random = () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32;
const around = (mean, spread) => mean + (random() + random() + random() - 1.5) * spread;

const NAMES = [
  ['윤말순', 'Yun Mal-sun', 'female', '1948-03-02'],
  ['박영호', 'Park Yeong-ho', 'male', '1955-07-19'],
  ['정경자', 'Jeong Gyeong-ja', 'female', '1957-01-11'],
  ['오미란', 'Oh Mi-ran', 'female', '1963-09-30'],
  ['최동수', 'Choi Dong-su', 'male', '1960-05-05'],
  ['한상철', 'Han Sang-cheol', 'male', '1968-12-24'],
  ['임옥자', 'Im Ok-ja', 'female', '1945-02-14'],
  ['서정민', 'Seo Jeong-min', 'male', '1979-08-08'],
  ['강복례', 'Kang Bok-rye', 'female', '1942-04-01'],
  ['조현우', 'Jo Hyeon-u', 'male', '1971-06-17'],
  ['문지영', 'Mun Ji-yeong', 'female', '1974-10-03'],
  ['배성훈', 'Bae Seong-hun', 'male', '1962-03-27'],
];
const LEVELS = [
  { spo2: 91, sys: 148, dia: 92 },
  {},
  { sys: 158, dia: 96 },
  { pulse: 48 },
  {},
  { temp: 38.4 },
  { late: 19 * HOUR },
  {},
  { late: 3 * DAY, battery: 4 },
  { none: true },
  {},
  {},
];
const patients = NAMES.slice(0, COUNT).map(([name, nameLatin, sex, birthDate], i) => ({
  patientId: `p-${i + 1}`,
  version: 1,
  fictional: true,
  name,
  nameLatin,
  sex,
  birthDate,
  identifier: `G-${20417 + i * 37}`,
  zone: 'Asia/Seoul',
  phone: null,
}));
const level = (i) => LEVELS[i % LEVELS.length];
const devices = patients.flatMap((p, i) => {
  const kinds = [
    ['blood-pressure', 'BP-22', '혈압계'],
    ['pulse-oximeter', 'OX-310', '산소포화도 측정기'],
    ['thermometer', 'TH-7', '체온계'],
  ];
  return kinds.map(([profile, model, label], k) => ({
    deviceId: `d-${i + 1}-${k + 1}`,
    profile,
    label: `${label} ${i + 1}`,
    provisional: false,
    serial: String(2000 + i * 10 + k),
    manufacturer: 'Gaya Simulator',
    model,
    firmware: '2.1.0',
    batteryPercent: level(i).battery ?? 60 + ((i * 7 + k * 11) % 40),
    clockOffsetMs: k === 2 ? null : -41_000,
    lastFrameAt: level(i).none ? null : Date.now() - (level(i).late ?? 90_000),
    link: {
      gateway: `gw-${(i % 3) + 1}`,
      state: level(i).late && i === 6 ? 'offline' : level(i).none ? 'never-seen' : 'connected',
      rssiDbm: -55 - i,
      lastSeenAt: Date.now() - 5000,
    },
    patientId: p.patientId,
  }));
});
const gateways = [1, 2, 3].map((n) => ({
  gatewayId: `gw-${n}`,
  label: `게이트웨이 ${n}`,
  online: n !== 1 || COUNT < 7,
  lastStatusAt: Date.now() - 12_000,
  software: '0.1.0',
  synced: n !== 3,
  queued: n === 1 ? 14 : 0,
  dead: 0,
  adapterState: 'poweredOn',
}));

let sequence = 0;
function reading(i, metric, at, more = {}) {
  const l = level(i);
  const value = {
    'blood-pressure': null,
    pulse: around(l.pulse ?? 72, 6),
    spo2: Math.min(100, around(l.spo2 ?? 97, 1.2)),
    'body-temperature': around(l.temp ?? 36.6, 0.3),
  }[metric];
  const unit = { 'blood-pressure': 'mm[Hg]', pulse: '/min', spo2: '%', 'body-temperature': 'Cel' }[metric];
  const c = (component, v, digits = 0) => ({ component, value: v.toFixed(digits), unit, absent: null });
  const components =
    metric === 'blood-pressure'
      ? [c('systolic', around(l.sys ?? 122, 8)), c('diastolic', around(l.dia ?? 76, 5)), c('mean', around(92, 5))]
      : [c('value', value, metric === 'body-temperature' ? 1 : 0)];
  sequence += 1;
  const device = { 'blood-pressure': 1, pulse: 1, spo2: 2, 'body-temperature': 3 }[metric];
  return {
    readingId: `s-${i + 1}.${sequence}:${metric}`,
    version: 1,
    kind: 'spot',
    status: 'current',
    metric,
    components,
    quality: sequence % 23 === 0 ? ['body-movement', 'test-data'] : ['test-data'],
    time: {
      effectiveAt: at,
      uncertaintyMs: 1000,
      verdict: device === 3 ? 'received-live' : 'device-clock-mapped',
      reason: null,
      deviceTime: device === 3 ? null : new Date(at + 9 * HOUR - 41_000).toISOString().slice(0, 19),
      clockOffsetMs: device === 3 ? null : -41_000,
      gatewayAt: at + 1200,
      receivedAt: at + 2300,
    },
    source: 'gateway',
    device: `d-${i + 1}-${device}`,
    patientId: `p-${i + 1}`,
    trayReason: null,
    userSlot: null,
    note: null,
    ...more,
  };
}
const METRICS = ['blood-pressure', 'pulse', 'spo2', 'body-temperature'];
const EVERY = { 'blood-pressure': 6 * HOUR, pulse: 30 * MINUTE, spo2: 5 * MINUTE, 'body-temperature': 8 * HOUR };
const history = new Map();
for (const [i] of patients.entries()) {
  const list = [];
  const l = level(i);
  if (!l.none)
    for (const metric of METRICS)
      for (
        let at = Date.now() - (l.late ?? around(9, 10) * 10_000 + 100_000);
        at > Date.now() - 8 * DAY;
        at -= EVERY[metric]
      )
        if (!(at > Date.now() - 3.4 * DAY && at < Date.now() - 2.6 * DAY)) list.push(reading(i, metric, at));
  history.set(
    `p-${i + 1}`,
    list.sort((a, b) => b.time.effectiveAt - a.time.effectiveAt),
  );
}
const tray = [
  reading(1, 'blood-pressure', Date.now() - 3 * HOUR, { patientId: null, trayReason: 'slot-unknown', userSlot: null }),
  reading(2, 'spo2', Date.now(), {
    patientId: null,
    trayReason: 'time-unknown',
    time: {
      effectiveAt: null,
      uncertaintyMs: null,
      verdict: 'unknown',
      reason: 'clock-not-set',
      deviceTime: null,
      clockOffsetMs: null,
      gatewayAt: Date.now() - HOUR,
      receivedAt: Date.now() - HOUR,
    },
  }),
].slice(0, COUNT);

const main = (r) => (r.components[0].value === null ? null : Number(r.components[0].value));
function latest(patientId) {
  return METRICS.flatMap((metric) => {
    const all = history.get(patientId).filter((r) => r.metric === metric && r.status === 'current');
    if (all.length === 0) return [];
    const from = Date.now() - DAY;
    const spark = Array.from({ length: 48 }, (_, b) => {
      const inside = all.filter((r) => Math.floor((r.time.effectiveAt - from) / (30 * MINUTE)) === b).map(main);
      return inside.length === 0 ? null : inside.reduce((x, y) => x + y, 0) / inside.length;
    });
    return [{ metric, reading: all[0], spark }];
  });
}
const feed = [];
const clients = new Set();
let backfill = COUNT > 0 ? { done: 0, total: 51_840 } : null;
function publish(event) {
  feed.push(event);
  for (const client of clients) client.write(`id: ${feed.length}\ndata: ${JSON.stringify(event)}\n\n`);
}
setInterval(() => clients.forEach((c) => c.write(': heartbeat\n\n')), 10_000).unref();
setInterval(() => {
  if (backfill === null) return;
  backfill = { ...backfill, done: Math.min(backfill.total, backfill.done + 900) };
  publish({ type: 'backfill', at: Date.now(), ...backfill });
  if (backfill.done >= backfill.total) backfill = null;
}, 1000).unref();
setInterval(() => {
  const live = patients.map((_, i) => i).filter((i) => !level(i).late && !level(i).none);
  if (live.length === 0) return;
  const i = live[Math.floor(random() * live.length)];
  const r = reading(i, METRICS[Math.floor(random() * 4)], Date.now() - 1500);
  history.get(r.patientId).unshift(r);
  publish({ type: 'reading', at: Date.now(), reading: r });
}, 700).unref();

const find = (readingId) => [...history.values(), tray].flat().find((r) => r.readingId === readingId);
function explain(readingId) {
  const r = find(readingId);
  if (r === undefined) return null;
  const number = (v) => Number(v).toString(16).padStart(4, '0').match(/../g).reverse().join('');
  const hex =
    r.metric === 'blood-pressure'
      ? `16${r.components.map((c) => number(c.value)).join('')}ea070b18090e1e4a000000`
      : `0b${number(main(r))}7000ea070b180e1e1f000118f0`;
  const fields =
    r.metric === 'blood-pressure'
      ? [
          ['flags', 0, 1, '0b00010110'],
          ['systolic', 1, 2, `${r.components[0].value} mm[Hg]`],
          ['diastolic', 3, 2, `${r.components[1].value} mm[Hg]`],
          ['meanArterialPressure', 5, 2, `${r.components[2].value} mm[Hg]`],
          ['timeStamp', 7, 7, r.time.deviceTime ?? ''],
          ['pulseRate', 14, 2, '74 /min'],
          ['measurementStatus', 16, 2, '0x0000'],
        ]
      : [
          ['flags', 0, 1, '0b00001011'],
          ['spo2', 1, 2, `${main(r)} %`],
          ['pulseRate', 3, 2, '112 /min'],
          ['timeStamp', 5, 7, r.time.deviceTime ?? ''],
          ['measurementStatus', 12, 2, '0x0100'],
          ['pulseAmplitudeIndex', 14, 2, '2.4 %'],
        ];
  return {
    reading: r,
    versions: r.version > 1 ? [{ ...r, version: 1, status: 'current' }] : [],
    frame: {
      frameId: readingId.split(':')[0],
      session: readingId.split('.')[0],
      sequence: 12,
      gateway: 'gw-1',
      how: 'indicate',
      service: '1810',
      characteristic: '2a35',
      characteristicName: r.metric === 'blood-pressure' ? 'Blood Pressure Measurement' : 'PLX Spot-Check Measurement',
      spec: 'GSS §3.31',
      hex,
      fields: fields.map(([name, offset, length, text]) => ({ name, offset, length, text })),
      wall: r.time.receivedAt - 1000,
      synced: true,
      entry: { partition: 3, position: 88_214 },
    },
    measurement: null,
    decisions: r.note
      ? [{ kind: r.status === 'set-aside' ? 'set-aside' : 'restore', author: 'system', at: Date.now(), reason: r.note }]
      : [],
    duplicates: ['s-9.3'],
  };
}
function series(patientId, q) {
  const [from, to, buckets] = [Number(q.get('from')), Number(q.get('to')), Number(q.get('buckets') ?? 500)];
  const points = (history.get(patientId) ?? [])
    .filter(
      (r) =>
        r.metric === q.get('metric') && r.status === 'current' && r.time.effectiveAt >= from && r.time.effectiveAt < to,
    )
    .map((r) => ({
      t: r.time.effectiveAt,
      v: Number(r.components.find((c) => c.component === q.get('component'))?.value),
    }))
    .sort((a, b) => a.t - b.t);
  const unit = { 'blood-pressure': 'mm[Hg]', pulse: '/min', spo2: '%', 'body-temperature': 'Cel' }[q.get('metric')];
  const out = {
    metric: q.get('metric'),
    component: q.get('component'),
    unit,
    from,
    to,
    stepMs: 0,
    t: [],
    min: [],
    max: [],
    mean: [],
    n: [],
  };
  if (points.length <= buckets) {
    for (const p of points) {
      out.t.push(p.t);
      out.min.push(p.v);
      out.max.push(p.v);
      out.mean.push(p.v);
      out.n.push(1);
    }
    return out;
  }
  out.stepMs = Math.ceil((to - from) / buckets / MINUTE) * MINUTE;
  const groups = Map.groupBy(points, (p) => Math.floor(p.t / out.stepMs));
  for (const [b, list] of groups) {
    const v = list.map((p) => p.v);
    out.t.push(b * out.stepMs);
    out.min.push(Math.min(...v));
    out.max.push(Math.max(...v));
    out.mean.push(v.reduce((x, y) => x + y) / v.length);
    out.n.push(v.length);
  }
  return out;
}
function decide(path, body) {
  const [, id, act] = path.match(/^\/api\/readings\/([^/]+)\/([a-z-]+)$/);
  const r = find(decodeURIComponent(id));
  if (r === undefined) return null;
  r.version += 1;
  if (act === 'set-aside') {
    r.status = 'set-aside';
    r.note = body.reason;
  }
  if (act === 'restore') {
    r.status = 'current';
    r.note = body.reason;
  }
  if (act === 'file') {
    r.patientId = body.patientId;
    r.trayReason = null;
    tray.splice(tray.indexOf(r), 1);
  }
  publish({ type: 'reading', at: Date.now(), reading: r });
  return r;
}

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};
function page(res) {
  const nonce = randomBytes(16).toString('base64');
  res.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types angular angular#bundler`,
  });
  res.end(readFileSync(join(DIST, 'index.html'), 'utf8').replaceAll('__CSP_NONCE__', nonce));
}
const json = (res, value, status = 200) => {
  res.writeHead(value === null ? 404 : status, {
    'content-type': value === null ? 'application/problem+json' : 'application/json',
  });
  res.end(JSON.stringify(value ?? { type: 'about:blank', title: 'Not Found', status: 404, code: 'not-found' }));
};
const bodyOf = async (req) => JSON.parse((await req.toArray()).join('') || '{}');

const server = createServer(async (req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const path = url.pathname;
  const patientId = path.match(/^\/api\/patients\/([^/]+)/)?.[1];
  if (path === '/api/feed') {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    res.write(': hello\n\n');
    for (let at = Number(url.searchParams.get('after') ?? feed.length); at < feed.length; at++)
      res.write(`id: ${at + 1}\ndata: ${JSON.stringify(feed[at])}\n\n`);
    clients.add(res);
    res.on('close', () => clients.delete(res));
  } else if (path === '/api/test/drop') {
    for (const c of clients) c.destroy();
    json(res, {});
  } else if (path === '/api/worklist')
    json(res, {
      asOf: Date.now(),
      feedPosition: feed.length,
      rows: patients.map((patient) => ({
        patient,
        latest: latest(patient.patientId),
        devices: devices.filter((d) => d.patientId === patient.patientId),
      })),
      unassigned: tray.length,
      backfill,
    });
  else if (path === '/api/patients') json(res, patients);
  else if (path === '/api/unassigned') json(res, tray);
  else if (path === '/api/devices') json(res, devices);
  else if (path === '/api/gateways') json(res, gateways);
  else if (path.endsWith('/series')) json(res, series(patientId, url.searchParams));
  else if (path.endsWith('/readings'))
    json(
      res,
      (history.get(patientId) ?? [])
        .filter(
          (r) =>
            r.time.effectiveAt >= Number(url.searchParams.get('from')) &&
            r.time.effectiveAt < Number(url.searchParams.get('to')),
        )
        .slice(0, Number(url.searchParams.get('limit') ?? 100)),
    );
  else if (path.endsWith('/explain')) json(res, explain(decodeURIComponent(path.split('/')[3])));
  else if (req.method === 'POST' && path.startsWith('/api/readings/')) json(res, decide(path, await bodyOf(req)));
  else if (patientId !== undefined) json(res, patients.find((p) => p.patientId === patientId) ?? null);
  else if (path.startsWith('/api/')) json(res, null);
  else {
    const file = join(DIST, normalize(path));
    if (extname(path) !== '' && existsSync(file)) {
      res.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
      createReadStream(file).pipe(res);
    } else page(res);
  }
});
server.listen(PORT, '127.0.0.1', () => console.log(`fake hub: http://127.0.0.1:${PORT}`));

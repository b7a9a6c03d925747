/** Tables of the gateway's queue file. */

/** States of a frame. Only the hub's own acknowledgement makes it stored; the broker's receipt never does. */
export const QUEUED = 0;
export const PUBLISHED = 1;
export const STORED = 2;
export const DEAD = 3;

export const SCHEMA_VERSION = 1;

export const SCHEMA = `
create table session (
  session text primary key,
  device text not null,
  provisional integer not null,
  next_sequence integer not null
) strict, without rowid;

create table frame (
  id integer primary key,              -- order of commit
  session text not null references session (session),
  sequence integer not null,
  how text not null,
  service text,
  characteristic text,
  bytes blob not null,
  wall integer not null,               -- the box's own clock, UTC ms
  mono real not null,                  -- ms of the boot
  boot text not null,
  synced integer not null,
  state integer not null default ${QUEUED},
  attempts integer not null default 0, -- publications without an acknowledgement
  published_mono real,                 -- of this boot; a new boot publishes again at once
  stored_at integer,                   -- the hub's time, UTC ms
  reason text,                         -- of a dead frame
  unique (session, sequence)
) strict;
create index frame_state on frame (state, id);
create index frame_stored on frame (stored_at) where stored_at is not null;

create table boot (
  boot text primary key,
  utc_minus_mono_ms real not null,
  uncertainty_ms real not null
) strict, without rowid;

create table meta (key text primary key, value text not null) strict, without rowid;
`;

import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { WorklistRow } from '@gaya/protocols/api';
import { Clock } from '../../core/clock.ts';
import { Ward } from '../../core/ward.ts';
import {
  attentionOf,
  GROUPS,
  orderOf,
  sameOrder,
  type Attention,
  type AttentionGroup,
  type Placed,
} from '../../domain/attention.ts';

export interface RowView {
  readonly row: WorklistRow;
  readonly attention: Attention;
}

export interface GroupView {
  readonly group: AttentionGroup;
  readonly rows: readonly RowView[];
}

/** The worklist as it stands on the screen: rows keep their place while someone works in the list. */
@Injectable()
export class WorklistStore {
  private readonly ward = inject(Ward);
  private readonly clock = inject(Clock);
  private readonly placed = signal<readonly Placed[]>([]);

  readonly search = signal('');
  /** Pointer or focus is in the list: don't move rows under it. */
  readonly busy = signal(false);
  readonly loaded = computed(() => this.ward.rows() !== null);
  readonly total = computed(() => this.ward.rows()?.size ?? 0);

  private readonly wanted = computed(() => orderOf([...(this.ward.rows()?.values() ?? [])], this.clock.now()), {
    equal: sameOrder,
  });
  /** The order that is shown is no longer the right one. */
  readonly newOrder = computed(() => !sameOrder(this.wanted(), this.placed()));

  readonly groups = computed((): GroupView[] => {
    const rows = this.ward.rows();
    const now = this.clock.now();
    const needle = normalise(this.search());
    const views = this.placed().flatMap(({ patientId, group }) => {
      const row = rows?.get(patientId);
      if (row === undefined || !matches(row, needle)) return [];
      return [{ group, view: { row, attention: attentionOf(row, now) } }];
    });
    return GROUPS.map((group) => ({
      group,
      rows: views.filter((v) => v.group === group).map((v) => v.view),
    })).filter((g) => g.rows.length > 0);
  });

  constructor() {
    effect(() => {
      const wanted = this.wanted();
      const shown = untracked(this.placed);
      const samePatients =
        wanted.length === shown.length && wanted.every((p) => shown.some((s) => s.patientId === p.patientId));
      if (!this.busy() || !samePatients) this.placed.set(wanted);
    });
  }

  applyOrder(): void {
    this.placed.set(this.wanted());
  }
}

function normalise(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

function matches(row: WorklistRow, needle: string): boolean {
  const { name, nameLatin, identifier } = row.patient;
  return needle === '' || [name, nameLatin ?? '', identifier].some((text) => normalise(text).includes(needle));
}

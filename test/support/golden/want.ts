import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Outcome } from '../../../src/core/outcome.js';
import type { Pod } from '../../../src/core/model/types.js';

/** What a golden file holds: the outcome, its patch, and for the reader the pod that comes out. */
export interface Want extends Omit<Outcome, 'operations'> {
  readonly patch: Outcome['operations'];
  /** Left out where the pod stays as it is. */
  readonly pod?: Pod;
}

/** Makes of an outcome what its golden file holds. */
export function wantOf({ operations, ...outcome }: Outcome, pod: Pod): Want {
  return plain({ ...outcome, patch: operations, ...(operations.length > 0 ? { pod } : {}) });
}

/** As JSON has it: without undefined. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** `UPDATE_GOLDEN=1` writes what comes out in place of comparing it. */
export const updates = process.env['UPDATE_GOLDEN'] === '1';

/** Reads a golden file; undefined if there is none yet. */
export const readWant = (file: string): Want | undefined =>
  existsSync(file) ? (parse(readFileSync(file, 'utf8')) as Want) : undefined;

/** Writes a golden file. */
export function writeWant(file: string, want: Want): void {
  writeFileSync(file, stringify(want, { lineWidth: 0, aliasDuplicateObjects: false }));
}

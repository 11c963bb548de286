import type { Settings } from '../core/settings.js';
import type { World } from '../core/world/world.js';
import type { Check } from '../server/ops.js';
import type { Part } from './part.js';

/** What reviews are answered from. */
export interface Picture extends Part {
  /** World and settings as they are at this moment; undefined as long as the cluster is not known. */
  current(): { readonly world: World; readonly settings: Settings } | undefined;
  /** What may not be known yet. */
  readonly checks: Readonly<Record<string, Check>>;
}

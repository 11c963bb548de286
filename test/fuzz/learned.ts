import { isFields, isList } from './json.js';
import type { Random } from './random.js';

/** What is known of a field: what values it has had, and which fields the objects in it have had. */
interface Known {
  readonly values: unknown[];
  readonly fields: Set<string>;
}

/** Of a field that every manifest has, some values are enough. */
const MOST_VALUES = 150;

/**
 * What fields Kubernetes' objects have and what stands in them, learned from manifests. It lets a mutation put a
 * probe where a probe belongs, which no random JSON would ever do.
 */
export class Learned {
  readonly #known = new Map<string, Known>();

  /** @param field the name of the field in which the value stands; items of a list stand in the list's. */
  learn(value: unknown, field = ''): void {
    if (isList(value)) {
      this.#knownOf(field).values.push(...this.#sample(field, [value]));
      for (const item of value) this.learn(item, field);
      return;
    }
    const known = this.#knownOf(field);
    known.values.push(...this.#sample(field, [value]));
    if (!isFields(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      known.fields.add(key);
      this.learn(inner, key);
    }
  }

  /** A value that the field has had somewhere; undefined for a field that nothing is known of. */
  value(random: Random, field: string): unknown {
    const known = this.#known.get(field);
    return known === undefined || known.values.length === 0 ? undefined : random.pick(known.values);
  }

  /** A field that objects in this one have had. */
  field(random: Random, within: string): string | undefined {
    const fields = [...(this.#known.get(within)?.fields ?? [])];
    return fields.length === 0 ? undefined : random.pick(fields);
  }

  #knownOf(field: string): Known {
    const known = this.#known.get(field) ?? { values: [], fields: new Set<string>() };
    this.#known.set(field, known);
    return known;
  }

  #sample(field: string, values: readonly unknown[]): readonly unknown[] {
    return this.#knownOf(field).values.length < MOST_VALUES ? values : [];
  }
}

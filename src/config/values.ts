import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * What the values of options look like. Each takes a string (from a flag or the environment) as well as the YAML of the
 * configuration file; the sentence that tells people what is expected stands next to each option in `schema.ts`.
 */

const split = (value: unknown): unknown => {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  return Array.isArray(value) ? value.flatMap((item: unknown) => split(item)) : value;
};

/** A YAML list, a string with commas, or several of those (a flag given twice); items twice are taken once. */
export const listOf = <T>(item: z.ZodType<T, string>): z.ZodType<readonly T[]> =>
  z.preprocess(split, z.array(item)).transform((items) => [...new Set(items)]);

/** One path or several; not split, because a path may hold a comma. */
export const paths: z.ZodType<readonly string[]> = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().min(1)),
);

/** A DNS subdomain (Kubernetes: prefix of a label or annotation key), with or without its slash. */
const SUBDOMAIN =
  /^(?=.{1,253}\/$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/$/;
export const annotationPrefix = z
  .string()
  .transform((text) => (text.endsWith('/') ? text : `${text}/`))
  .refine((text) => SUBDOMAIN.test(text));

/** A DNS label (RFC 1123): the name of a namespace, a release or a profile. */
export const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

/** A DNS subdomain (RFC 1123): the name of a pod, a Secret or a Lease. */
export const subdomain = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** A string that must not be empty. */
export const text = z.string().min(1);

/** `1.36`, `v1.36.3`, `1.36.3-gke.1` → `1.36`. Not a YAML number: 1.30 would be 1.3. */
export const kubernetesVersion = z
  .string()
  .regex(/^v?\d+\.\d+([.+-].*)?$/)
  .transform((version) => version.replace(/^v?(\d+\.\d+).*$/, '$1'));

const digits = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

export const integer = (least: number, most: number): z.ZodType<number> =>
  z.preprocess(digits, z.int().min(least).max(most));

const HOST = /^(\*\.)?[a-zA-Z0-9]([-a-zA-Z0-9.]{0,251}[a-zA-Z0-9])?$/;
/** A DNS name (a leading `*.` is allowed) or an IP address. */
export const host = z.string().refine((name) => isIP(name) !== 0 || HOST.test(name));

const json = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

/** An expression of a label selector, as the API has it. */
export interface LabelExpression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[] | undefined;
}

/** A YAML list of expressions, or JSON of one. */
export const labelExpressions: z.ZodType<readonly LabelExpression[]> = z.preprocess(
  json,
  z.array(
    z.strictObject({
      key: text,
      operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
      values: z.array(z.string()).optional(),
    }),
  ),
);

const UNITS = { h: 3_600_000, m: 60_000, s: 1000 };
/** `168h`, `1h30m` → milliseconds; what Go and Kubernetes understand, without fractions. */
export const duration: z.ZodType<number> = z.preprocess(
  (value) => (typeof value === 'string' ? milliseconds(value) : value),
  z.int().positive(),
);

function milliseconds(text: string): number | undefined {
  if (!/^(\d{1,9}[hms])+$/.test(text)) return undefined;
  const parts = text.match(/\d+[hms]/g) ?? [];
  return parts.reduce((sum, part) => {
    const unit = UNITS[part.slice(-1) as keyof typeof UNITS];
    return sum + Number.parseInt(part, 10) * unit;
  }, 0);
}

import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Profile } from '../core/profiles/profile.js';
import { show } from './error.js';
import { integer, label, text } from './values.js';

const strings = z.record(z.string(), z.string());
const value = z.string().exactOptional();
const versionRule = z.enum(['no', 'yes', 'by-version']);

const nodeRule = z.union(
  [
    z.strictObject({ label: text, value }),
    z.strictObject({ taint: text, value }),
    z.strictObject({ providerID: text }),
  ],
  { error: 'expected {label, value?}, {taint, value?} or {providerID}' },
);

const podRule = z.union(
  [
    z.strictObject({ schedulerName: text }),
    z.strictObject({ label: text, value }),
    z.strictObject({ annotation: text, value }),
  ],
  { error: 'expected {schedulerName}, {label, value?} or {annotation, value?}' },
);

const taint = z.strictObject({
  key: text,
  value,
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

/**
 * A profile as an operator writes it. Only the name and one rule are needed; what is left out is what can be said of
 * any virtual node: the defaults are those of `unknownVirtualNode` in `src/core/profiles/built-in.ts`, which a test
 * compares.
 */
const profile = z
  .strictObject({
    name: label,
    source: z.string().default('configuration'),
    nodes: z.array(nodeRule).default([]),
    pods: z.array(podRule).default([]),
    promisedNode: z
      .strictObject({ labels: strings.default({}), taints: z.array(taint).default([]) })
      .exactOptional(),
    action: z.enum(['inject', 'leave']).default('inject'),
    nativeSidecars: versionRule.default('by-version'),
    podLevelResources: versionRule.default('by-version'),
    ephemeralContainers: versionRule.default('no'),
    privileged: z.boolean().default(false),
    capabilities: z.union([z.literal('any'), z.array(text)]).default('any'),
    hostPath: z.enum(['none', 'private']).default('none'),
    hostView: z.enum(['own', 'refuse']).default('refuse'),
    emptyDirSubPath: z.boolean().default(true),
    maxContainers: integer(1, 10_000).exactOptional(),
    reservedPorts: z.array(integer(1, 65_535)).default([]),
    events: z.enum(['kubelet', 'none']).default('kubelet'),
    annotations: strings.default({}),
  })
  .refine(({ nodes, pods }) => nodes.length + pods.length > 0, {
    message: 'expected at least one rule in `nodes` or `pods`, or it would recognise nothing',
  });

/** A list, or a map with the list under `profiles`, so that the file can grow. */
const profileFile = z.preprocess(
  (file) => (isMap(file) && Object.keys(file).join() === 'profiles' ? file['profiles'] : file),
  z.array(profile),
);

const isMap = (file: unknown): file is Record<string, unknown> =>
  typeof file === 'object' && file !== null && !Array.isArray(file);

export interface ParsedProfiles {
  readonly profiles: readonly Profile[];
  /** One sentence each, with file and path. */
  readonly problems: readonly string[];
}

/**
 * Reads provider profiles: YAML 1.2 or JSON, a list or a map `profiles: […]`. In YAML 1.2 `nativeSidecars: yes` is the
 * string that the profile wants.
 *
 * @param path is only for messages. Does not throw; a file with problems yields no profiles.
 */
export function parseProfiles(path: string, source: string): ParsedProfiles {
  const document = parseDocument(source);
  if (document.errors.length > 0) {
    return refused(
      document.errors.map(({ message }) => `${path}: ${message.split('\n', 1).join()}`),
    );
  }
  const parsed = profileFile.safeParse(document.toJS() ?? []);
  if (!parsed.success) return refused(parsed.error.issues.map((issue) => sentence(path, issue)));
  const profiles: readonly Profile[] = parsed.data;
  const problems = duplicates(profiles).map(
    (name) => `${path}: two profiles are called ${show(name)}`,
  );
  return problems.length > 0 ? refused(problems) : { profiles, problems };
}

const refused = (problems: readonly string[]): ParsedProfiles => ({ profiles: [], problems });

const sentence = (file: string, { path, message }: z.core.$ZodIssue): string =>
  `${file}: ${path.length > 0 ? `\`${pathOf(path)}\`: ` : ''}${message}`;

/** `[0].nodes[1].label` */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');

const duplicates = (profiles: readonly Profile[]): readonly string[] => {
  const names = profiles.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
};

import { areas, unknownCodes } from '../src/check/codes.js';
import type { Kind } from '../src/check/codes/kind.js';

/** docs/check.md: what `ds-injector check` looks at, and every finding that it can have. */
export const checkPage = (): string =>
  [
    '# What `ds-injector check` finds',
    '',
    '`ds-injector check` looks at a cluster through its API server, with the rights of whoever calls it, before the injector is',
    'installed (what would an installation meet?) or after (what is in its way?). Nothing is changed: it reads, asks the API',
    'server who may do what, and has a pod for a virtual node admitted in a dry run, which creates nothing.',
    '',
    'What one may not look at is a finding of its own, of the level `unknown`, and the rest goes on. An installed injector is',
    'judged by the options in its Deployment and ConfigMap; flags of `check` win over those.',
    '',
    '| exit code | means |',
    '| --- | --- |',
    '| 0 | nothing speaks against injection; there may be warnings, unless `--strict` was given |',
    '| 1 | there are errors; with `--strict`, or warnings, or findings of the level `unknown` |',
    '| 2 | there is no API server, or neither its nodes nor its webhook configurations may be looked at; or usage or options are wrong |',
    '',
    '`-o json` and `-o yaml` give one object:',
    '',
    '| field | holds |',
    '| --- | --- |',
    '| `kubernetesVersion`, `user` | what the API server says of itself, and of who asks; empty where it does not |',
    '| `stage` | `installed`, `not_installed`, or `unknown` where none of it may be looked at |',
    '| `counts` | how many findings there are of each level: `error`, `warning`, `unknown`, `info`, `ok` |',
    '| `findings` | the findings: `area`, `code`, `level`, `sentence`, `todo`, and where there are any `detail` (a clause) and `items` (each with a `name` and perhaps a `detail`) |',
    '',
    'The codes below are a closed list, for scripts. Sentences and details are for people and may change.',
    '',
    ...Object.values(areas).flatMap(({ title, codes }) => table(title, codes)),
    ...table('Anywhere', unknownCodes),
  ].join('\n');

const table = (title: string, codes: Readonly<Record<string, Kind>>): readonly string[] => [
  `## ${title}`,
  '',
  '| code | level | what it means | what to do |',
  '| --- | --- | --- | --- |',
  ...Object.entries(codes).map(
    ([code, { level, sentence, todo }]) => `| \`${code}\` | ${level} | ${sentence} | ${todo} |`,
  ),
  '',
];

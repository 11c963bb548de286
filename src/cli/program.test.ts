import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../../test/builders/io.js';
import { optionEntries } from '../config/schema.js';
import { kebab } from '../config/names.js';
import type { Outcome } from '../core/outcome.js';
import type { Engine } from './judge.js';

const outcome: Outcome = {
  decision: 'inject',
  reason: 'injected',
  daemonSets: [
    {
      namespace: 'kube-system',
      name: 'logd',
      decision: 'inject',
      reason: 'injected',
      containers: [{ container: 'logd', injectedAs: 'logd-logd', placement: 'plain' }],
    },
    {
      namespace: 'x',
      name: 'cni',
      decision: 'skip',
      reason: 'host_mutator',
      detail: 'hostPath /opt/cni',
      containers: [],
    },
  ],
  warnings: [{ code: 'renamed', message: 'logd is called logd-logd' }],
  operations: [{ op: 'add', path: '/metadata/labels', value: { on: 'yes' } }],
};
/** Injects into pods that have no namespace of their own choosing, and skips others. */
const engine: Engine = ({ namespace }) =>
  namespace === 'default'
    ? outcome
    : { decision: 'skip', reason: 'kube_system', daemonSets: [], warnings: [], operations: [] };
const broken: Engine = () => {
  throw new Error('planning', { cause: new Error('no such thing') });
};

const WORLD = 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n';
const SERVICE = '# kept\napiVersion: v1\nkind: Service\nmetadata: {name: web}   # as it is\n';
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {}}}\n';
const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: other}\nspec: {mode: 0644}\n';
const LIST = `{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: {name: s, port: 0644}}]}\n`;
const ROLLOUT =
  'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {template: {spec: {containers: []}}}\n';
const NO_POD =
  'no pod in standard input; kinds that make pods are Pod, ReplicationController, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob\n';

describe('the program', () => {
  let dir = '';
  const at = (name: string): string => join(dir, name);
  const offline = (command: string, ...more: string[]): string[] => [
    command,
    '--world',
    at('w.yaml'),
    '-f',
    '-',
    ...more,
  ];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    await writeFile(at('w.yaml'), WORLD);
  });
  afterEach(() => rm(dir, { recursive: true }));

  describe('inject', () => {
    it('writes documents in their order, and leaves alone what is not injected', async () => {
      const stdin = [SERVICE, DEPLOYMENT, POD].join('---\n');
      const { exit, stdout, stderr } = await runCli(offline('inject'), { engine, stdin });
      const injected =
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec: {}\n' +
        '    metadata:\n      labels:\n        "on": "yes"\n';
      expect(stdout).toBe([SERVICE, injected, POD].join('---\n'));
      expect(stderr).toBe(
        'Deployment default/web: injected kube-system/logd\n' +
          'warning Deployment default/web: renamed: logd is called logd-logd\n' +
          'Pod other/p: skipped, kube_system: Pods of kube-system are injected only when they ask for it.\n',
      );
      expect(exit).toBe(0);
    });

    it('flattens Lists', async () => {
      const { stdout } = await runCli(offline('inject'), {
        engine,
        stdin: LIST + '---\n' + SERVICE,
      });
      expect(stdout).toBe(
        `apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  port: 420\n---\n${SERVICE}`,
      );
    });

    it('writes one List as JSON', async () => {
      const { stdout } = await runCli(offline('inject', '-o', 'json'), {
        engine,
        stdin: `${POD}---\n${LIST}`,
      });
      expect(JSON.parse(stdout)).toMatchObject({
        apiVersion: 'v1',
        kind: 'List',
        items: [{ kind: 'Pod', spec: { mode: 420 } }, { kind: 'Service' }],
      });
    });

    it('writes nothing for no documents', async () => {
      expect(await runCli(offline('inject'), { stdin: '# none\n' })).toEqual({
        exit: 0,
        stdout: '',
        stderr: NO_POD,
      });
    });

    it('keeps a number that it cannot hold where it need not write it, and else refuses', async () => {
      const stdin = POD.replace('0644', '9007199254740993');
      expect(await runCli(offline('inject'), { engine, stdin })).toMatchObject({
        exit: 0,
        stdout: stdin,
      });
      const json = await runCli(offline('inject', '-o', 'json'), { engine, stdin });
      expect(json).toEqual({
        exit: 2,
        stdout: '',
        stderr:
          'ds-injector: -:4 (document 1): the number 9007199254740993 in .spec.mode cannot be represented exactly; put it in quotes if it is text\n',
      });
    });

    it('keeps such a number in an item of a List that it leaves alone', async () => {
      const item = (name: string): string =>
        `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ${name}}, spec: {x: [9007199254740993]}}`;
      const list = (...names: string[]): string =>
        `{apiVersion: v1, kind: List, items: [${names.map(item).join(', ')}]}\n`;
      const kept = await runCli(offline('inject'), { engine, stdin: list('other') });
      expect(kept).toMatchObject({ exit: 0 });
      expect(kept.stdout).toContain('  x:\n    - 9007199254740993\n');
      const touched = await runCli(offline('inject'), { engine, stdin: list('other', 'default') });
      expect(touched).toMatchObject({ exit: 2, stdout: '' });
      expect(touched.stderr.trimEnd().split('\n')).toEqual([
        expect.stringContaining('9007199254740993 in .spec.x[0] cannot') as string,
      ]);
    });

    it('says that there is no pod, and which kinds it does not know', async () => {
      const only = await runCli(offline('inject'), { stdin: ROLLOUT });
      const line =
        'Rollout default/r: argoproj.io/v1alpha1 Rollout is not a kind whose pod template is known; left as it is\n';
      expect(only).toEqual({ exit: 0, stdout: ROLLOUT, stderr: line + NO_POD });
      const mixed = await runCli(offline('inject'), { engine, stdin: `${ROLLOUT}---\n${POD}` });
      expect(mixed.stderr).toMatch(/^Pod other\/p: skipped, [^\n]*\nRollout [^\n]*\n$/);
    });

    it('leaves a pod alone on which the engine fails, and ends with 1', async () => {
      const ran = await runCli(offline('inject'), { engine: broken, stdin: POD });
      expect(ran).toMatchObject({ exit: 1, stdout: POD });
      expect(ran.stderr).toMatch(
        /^Pod other\/p: skipped, internal_error: .*\(planning: no such thing\)\n$/,
      );
    });

    it('names all problems of World and input at once', async () => {
      await writeFile(at('bad.yaml'), 'x: [\n');
      const args = [
        'inject',
        '--world',
        at('bad.yaml'),
        '--world',
        at('none'),
        '-f',
        '-',
        '-f',
        at('gone'),
      ];
      const { exit, stdout, stderr } = await runCli(args, { stdin: 'a: 1\na: 2\n' });
      expect([exit, stdout]).toEqual([2, '']);
      expect(stderr.split('\n')).toEqual([
        expect.stringContaining('bad.yaml:2 (document 1): '),
        expect.stringContaining('none: no such file or folder'),
        'ds-injector: -:2 (document 1): the key a is there twice in the same map',
        expect.stringContaining('gone: no such file or folder'),
        '',
      ]);
    });

    it('hands the options on', async () => {
      const seen: unknown[] = [];
      const spy: Engine = (_request, world, settings) => {
        seen.push(world.nodes().length, settings.mixed, settings.annotationPrefixes);
        return outcome;
      };
      const flags = [
        '--mixed',
        'pin',
        '--annotation-prefixes',
        'a.io',
        '--annotation-prefixes',
        'b.io/',
      ];
      await runCli(offline('inject', ...flags), {
        engine: spy,
        stdin: POD,
        env: { DS_INJECTOR_MIXED: 'skip' },
      });
      expect(seen).toEqual([1, 'pin', ['a.io/', 'b.io/']]);
    });
  });

  describe('explain', () => {
    it('prints the promised JSON', async () => {
      const stdin = `${DEPLOYMENT}---\n${SERVICE}`;
      const { exit, stdout, stderr } = await runCli(offline('explain', '-o', 'json'), {
        engine,
        stdin,
      });
      expect([exit, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toEqual([
        {
          namespace: 'default',
          name: 'web',
          kind: 'Deployment',
          decision: 'inject',
          reason: 'injected',
          daemonSets: outcome.daemonSets,
          warnings: outcome.warnings,
        },
      ]);
    });

    it('prints a table with sentences', async () => {
      const { stdout } = await runCli(offline('explain'), { engine, stdin: DEPLOYMENT });
      expect(stdout.split('\n')).toEqual([
        'Deployment default/web  inject  injected',
        '  Containers of at least one marked DaemonSet are in the pod, or will be added once it is bound.',
        '    kube-system/logd  inject  injected      logd as logd-logd [container]',
        '    x/cni             skip    host_mutator  The DaemonSet has to change its host, and a virtual node has none. (hostPath /opt/cni)',
        '  warning renamed: logd is called logd-logd',
        '',
      ]);
    });

    it('says so when there is no pod', async () => {
      const table = await runCli(offline('explain'), { stdin: SERVICE });
      expect(table).toEqual({ exit: 0, stdout: '', stderr: NO_POD });
      const json = await runCli(offline('explain', '-o', 'json'), { stdin: SERVICE });
      expect(json).toEqual({ exit: 0, stdout: '[]\n', stderr: NO_POD });
    });

    it.each([
      ['a terminal', { isTTY: true }, true],
      ['a pipe', {}, false],
      ['a terminal with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, false],
      ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
      ['a pipe with FORCE_COLOR', { env: { FORCE_COLOR: '1' } }, true],
      ['a terminal with FORCE_COLOR=0', { isTTY: true, env: { FORCE_COLOR: '0' } }, false],
    ])('has the right colours on %s', async (_, options, coloured) => {
      const { stdout } = await runCli(offline('explain'), {
        engine,
        stdin: DEPLOYMENT,
        ...options,
      });
      expect(stdout.includes('\u001b[')).toBe(coloured);
    });

    it('ends with 1 when the engine fails', async () => {
      const { exit, stdout } = await runCli(offline('explain', '-o', 'json'), {
        engine: broken,
        stdin: POD,
      });
      expect(exit).toBe(1);
      expect(parse(stdout)).toMatchObject([
        { reason: 'internal_error', detail: 'planning: no such thing' },
      ]);
    });
  });

  describe('usage', () => {
    it.each([
      [
        ['injekt'],
        "ds-injector: unknown command 'injekt' (Did you mean inject?); see ds-injector --help\n",
      ],
      [['inject', '-f', 'x', '--mixd', 'y'], 'see ds-injector inject --help\n'],
      [
        ['explain'],
        "required option '-f, --file <path>' not specified; see ds-injector explain --help\n",
      ],
      [['explain', '--foo'], "unknown option '--foo'; see ds-injector explain --help\n"],
      [['explain', '-f', '-', '-o', 'xml'], 'see ds-injector explain --help\n'],
      [['explain', '-f', '-'], 'give the manifests of DaemonSets and Nodes with --world PATH\n'],
      [['inject', '-f', '-', '--world', '-'], 'standard input cannot be both --world and -f'],
      [['inject', '-f', '-', '--world', 'x', '--mixed', 'y'], 'got `y` (from --mixed)\n'],
      [
        ['inject', '-f', '-', '--world', 'x', '--leave-to-platform', 'y'],
        'to name profiles, got `y`',
      ],
      [['reasons', 'port_takn'], 'did you mean `port_taken`?'],
      [['inject', '-f', '-', 'stray'], 'see ds-injector inject --help\n'],
    ])('%j ends with 2 and one line', async (args, message) => {
      const { exit, stdout, stderr } = await runCli(args);
      expect([exit, stdout]).toEqual([2, '']);
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    });

    it('prints help and ends with 2 without a command', async () => {
      const { exit, stderr } = await runCli([]);
      expect(exit).toBe(2);
      expect(stderr).toContain('Usage: ds-injector');
    });

    it.each([['--help'], ['help'], ['serve', '--help'], ['help', 'inject']])(
      '%s %s prints help',
      async (...args) => {
        const { exit, stdout, stderr } = await runCli(args);
        expect([exit, stderr]).toEqual([0, '']);
        for (const part of ['Usage: ds-injector', 'Examples:', 'Exit codes:'])
          expect(stdout).toContain(part);
      },
    );

    it('shows every option with its default and variable', async () => {
      const { stdout } = await runCli(['serve', '--help']);
      for (const [name] of optionEntries) expect(stdout).toContain(`--${kebab(name)} `);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(default: 8443, env: DS_INJECTOR_PORT)');
    });

    it('prints its version', async () => {
      expect(await runCli(['--version'])).toMatchObject({ exit: 0, stdout: '1.2.3\n' });
    });

    it('says what serve could not do, with the cause, and ends with 1', async () => {
      expect(await runCli(['serve', '--world', 'x'])).toMatchObject({
        exit: 1,
        stderr: expect.stringMatching(/^ds-injector: serving: .*\n$/) as string,
      });
    });
  });

  describe('reasons', () => {
    it('prints all codes, or what one means wherever it is used', async () => {
      const { stdout } = await runCli(['reasons']);
      for (const part of ['Of pods', 'Of DaemonSets', 'Warnings', 'port_taken', '→ ']) {
        expect(stdout).toContain(part);
      }
      const one = await runCli(['reasons', 'injected']);
      expect(one.stdout.match(/^injected$/gm)).toHaveLength(2);
      expect(one.stdout).not.toContain('Warnings');
    });
  });
});

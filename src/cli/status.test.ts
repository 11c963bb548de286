import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli, type Ran, type RunOptions } from '../../test/builders/io.js';
import type { ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import { aDaemonSet, aPod, realNode, superNode } from '../../test/support/builders.js';
import { startCluster } from '../../test/support/check/double.js';
import { aConfigMap } from '../../test/support/check/installed.js';
import {
  anInjectedPod,
  aPlaceholder,
  aRevision,
  isReady,
  onSuperNodes,
  running,
  waits,
} from '../../test/support/status.js';
import { inject } from '../core/engine.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { StatusReport } from '../status/report.js';

let api: ApiServer | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

const agent = aDaemonSet();
const objects = [superNode(), realNode(), agent, aRevision(agent, 'one')];
const web = anInjectedPod('web', objects);
const bare = aPod(onSuperNodes, { metadata: { namespace: 'default', name: 'bare' } });
const hostly = aPod(onSuperNodes, {
  metadata: { namespace: 'default', name: 'hostly' },
  spec: { hostNetwork: true },
});

const pods = [
  running(web, 'super', [isReady('app'), waits('agent', 'CrashLoopBackOff')]),
  running(anInjectedPod('web-2', objects), 'super', [isReady('agent')]),
  running(anInjectedPod('strayed', objects), 'worker', [isReady('agent')]),
  running(bare),
  running(hostly),
];

async function start(...more: readonly KubernetesObject[]): Promise<ApiServer> {
  const cluster = [aRevision(agent, 'one'), aPlaceholder('agent-xyz', 'one'), ...pods, ...more];
  return (api = await startCluster({ installed: true, more: cluster }));
}

/** Runs the program with the real client and the real engine. */
const status = (args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
  runCli(['status', ...args], {
    engine: inject,
    connect: () => Promise.resolve(clientOf(api ?? expect.fail('there is no API server'))),
    ...options,
  });

const ALL = `NAMESPACE   DAEMONSET  NODES  REVISION  INJECTED  READY  OUTDATED  SKIPPED  MISSED  TROUBLE
monitoring  agent      1      one       2         1      0         1        1       CrashLoopBackOff in default/web (agent)

missed     default/bare on super: monitoring/agent
misplaced  default/strayed on worker: monitoring/agent
`;

const WIDE = `NAMESPACE   DAEMONSET  NODE   REVISION  NEWEST  PLACEHOLDER        INJECTED  READY  OUTDATED  SKIPPED         MISSED  TROUBLE
monitoring  agent      super  one       one     agent-xyz (ready)  2         1      0         1 host_network  1       CrashLoopBackOff in default/web (agent): it waits for CrashLoopBackOff

missed     default/bare on super: monitoring/agent
misplaced  default/strayed on worker: monitoring/agent
`;

const NODE = `NAMESPACE   DAEMONSET  NODE   REVISION  INJECTED  READY  OUTDATED  SKIPPED         MISSED  TROUBLE
monitoring  agent      super  one       2         1      0         1 host_network  1       CrashLoopBackOff in default/web (agent)

missed     default/bare on super: monitoring/agent
`;

const POD = `default/web  on super, Running

DAEMONSET         REVISION  CONTAINER  INJECTED AS  PLACE  READY  RESTARTS  STATE
monitoring/agent  one       agent      agent        plain  no     3         waiting: CrashLoopBackOff (it waits for CrashLoopBackOff)
`;

const BARE = `default/hostly  on super, Running

Nothing was injected into it.

Not in it:
monitoring/agent  host_network  The pod uses its host's network, where an injected container could take ports from others.
`;

describe('status', () => {
  it.each<[string, readonly string[], string]>([
    ['of all marked DaemonSets', [], ALL],
    ['in full', ['-o', 'wide'], WIDE],
    ['of a node', ['node/super'], NODE],
    ['of a pod', ['pod/web'], POD],
    ['of a pod in which nothing is', ['po/hostly', '-n', 'default'], BARE],
  ])('%s is a table', async (_, args, expected) => {
    await start();
    expect(await status(args)).toEqual({ exit: 0, stdout: expected, stderr: '' });
  });

  it.each([['ds/agent'], ['daemonset/agent', '-n', 'monitoring'], ['daemonsets.apps/agent']])(
    'of %j is by node',
    async (...args) => {
      await start();
      const { exit, stdout } = await status(args);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/^NAMESPACE +DAEMONSET +NODE /);
      expect(stdout).toContain('1 host_network');
    },
  );

  it('is for scripts in JSON and in YAML', async () => {
    await start();
    const json = await status(['-o', 'json']);
    const report = JSON.parse(json.stdout) as StatusReport;
    expect(report.daemonSets).toMatchObject([
      { namespace: 'monitoring', name: 'agent', newest: 'one', nodes: [{ node: 'super' }] },
    ]);
    expect(report.problems.map(({ kind }) => kind)).toEqual(['missed', 'misplaced']);
    expect(parse((await status(['-o', 'yaml'])).stdout)).toEqual(report);
  });

  it('is coloured for a terminal, and otherwise the same', async () => {
    await start();
    const { stdout } = await status([], { isTTY: true });
    expect(stdout).toContain('\u001b[33mmissed   \u001b[0m');
    expect(stdout.replaceAll(/\p{Cc}\[\d+m/gu, '')).toBe(ALL);
  });

  it('shows no character that would move the cursor', async () => {
    await start(running(anInjectedPod('odd', objects), 'super', [waits('agent', 'A\u001b[2J\n')]));
    const { stdout } = await status(['pod/odd']);
    expect(stdout).toContain('waiting: A·[2J· (it waits for A·[2J·)');
  });

  it('changes nothing', async () => {
    const { calls } = await start();
    await status();
    expect(new Set(calls.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
  });

  it('goes by the options of the installed injector, and by what the person says before', async () => {
    await start(aConfigMap('annotationPrefixes: [example.org/]'));
    expect((await status()).stdout).toContain('orphaned   default/web on super');
    const prefix = 'eks.tke.cloud.tencent.com/';
    expect((await status(['--annotation-prefixes', prefix])).stdout).toBe(ALL);
  });

  it('says that the options of the installed injector are not understood', async () => {
    await start(aConfigMap('mixed: sometimes'));
    const { exit, stdout, stderr } = await status();
    expect([exit, stdout]).toEqual([0, ALL]);
    expect(stderr).toMatch(/the options of the installed injector are not understood: .*mixed/);
  });
});

describe('the exit code', () => {
  it.each([
    [['pod/none'], 'there is no pod default/none'],
    [['pod/web', '-n', 'other'], 'there is no pod other/web'],
    [['ds/none'], 'there is no DaemonSet none'],
    [['ds/agent', '-n', 'other'], 'there is no DaemonSet agent in other'],
    [['ds/unmarked'], 'DaemonSet unmarked is not marked for injection'],
    [['node/none'], 'there is no node none'],
  ])('is 1 for %j', async (args, message) => {
    const spec = { template: { metadata: { annotations: undefined } } };
    await start(aDaemonSet({ metadata: { name: 'unmarked' }, spec }));
    expect(await status(args)).toEqual({
      exit: 1,
      stdout: '',
      stderr: `ds-injector: ${message}\n`,
    });
  });

  it('is 0 for a node that is not virtual, which is said', async () => {
    await start();
    const { exit, stdout, stderr } = await status(['node/worker']);
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'ds-injector: node worker is not virtual\n',
    });
    expect(stdout).toContain('misplaced  default/strayed on worker');
  });

  it.each([
    [['thing/x'], 'expected ds/NAME, pod/NAME or node/NAME, got thing/x'],
    [['ds/'], 'expected ds/NAME, pod/NAME or node/NAME, got ds/'],
    [['ds/a/b'], 'expected ds/NAME, pod/NAME or node/NAME, got ds/a/b'],
    [['--limit', '0'], 'expected --limit to be a number from 1 to 100000, got 0'],
    [['--mixed', 'x'], 'expected `mixed` to be one of late, inject, pin, skip'],
    [['-o', 'xml'], "option '-o, --output <format>' argument 'xml' is invalid"],
  ])('is 2 for %j, before anything is asked', async (args, message) => {
    const connect = (): never => expect.fail('it connects');
    const { exit, stderr } = await status(args, { connect });
    expect(stderr).toContain(message);
    expect(exit).toBe(2);
  });

  it.each([
    ['nodes', 'cannot look at the cluster: you may not list nodes'],
    ['daemonsets', 'cannot look at the cluster: you may not list daemonsets'],
    ['pods', 'cannot look at the cluster: you may not list pods'],
  ])('is 2 where one may not list %s', async (kind, message) => {
    const server = await start();
    server.fault({ path: kind, what: { status: 403, reason: 'Forbidden' } });
    const { exit, stdout, stderr } = await status();
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('is 0 where one may not list what can be done without, which is said', async () => {
    const server = await start();
    server.fault({ path: 'namespaces', what: { status: 403, reason: 'Forbidden' } });
    const { exit, stderr } = await status();
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'ds-injector: you may not list namespaces\n',
    });
  });

  it('is 2 where there is no API server', async () => {
    const connect = (): never => {
      throw new Error('there is no kubeconfig');
    };
    expect(await status([], { connect })).toEqual({
      exit: 2,
      stdout: '',
      stderr: 'ds-injector: cannot look at the cluster: there is no kubeconfig\n',
    });
  });

  it('is 0 where there are more pods than one wants to look at, which is said', async () => {
    await start();
    const { exit, stderr } = await status(['--limit', '2']);
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'ds-injector: there are more than 2 pods; the rest is left out\n',
    });
  });
});

describe('--watch', () => {
  /** Runs it until something has been written that matches, doing something about each piece before. */
  async function watched(
    args: readonly string[],
    onPiece: (count: number, stop: () => void) => void,
    options: RunOptions = {},
  ): Promise<Ran & { pieces: readonly string[] }> {
    const pieces: string[] = [];
    let stop: () => void = () => undefined;
    const stopping = new Promise<void>((resolve) => (stop = resolve));
    const ran = await status(['--watch', ...args], {
      stopping: () => stopping,
      hear: (text) => {
        pieces.push(text);
        onPiece(pieces.length, stop);
      },
      ...options,
    });
    return { ...ran, pieces };
  }

  it('says it again when it is another, and ends when it is asked to', async () => {
    const { store, watches } = await start();
    const { exit, stderr, pieces } = await watched([], (count, stop) => {
      if (count === 1) store.put(running(web, 'super', [isReady('agent')]));
      else stop();
    });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(pieces).toEqual([
      ALL,
      expect.stringMatching(/^\nNAMESPACE(.*\n)+.* 2 +2 +0 +1 +1 +-\n/),
    ]);
    expect(watches.count()).toBe(0);
  });

  it('clears a terminal before', async () => {
    const { store } = await start();
    const { pieces } = await watched(
      [],
      (count, stop) => {
        if (count === 1) store.put(running(web, 'super', [isReady('agent')]));
        else stop();
      },
      { isTTY: true },
    );
    expect(pieces[1]).toMatch(/^\p{Cc}\[H\p{Cc}\[2J/u);
  });

  it('sees pods of a node that becomes virtual', async () => {
    const { store } = await start();
    const { pieces } = await watched(['-o', 'json'], (count, stop) => {
      if (count > 1) stop();
      else store.put(superNode({ metadata: { name: 'worker' } }));
    });
    const reports = pieces.map((piece) => JSON.parse(piece) as StatusReport);
    expect(reports.at(-1)?.problems.map(({ kind }) => kind)).toEqual(['missed']);
    expect(pieces.every((piece) => piece.split('\n').length === 2)).toBe(true);
  });

  it('ends with 1 where there is nothing of that name', async () => {
    await start();
    expect(await status(['--watch', 'ds/none'])).toMatchObject({ exit: 1, stdout: '' });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli, type Ran, type RunOptions } from '../../test/builders/io.js';
import type { ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import { startCluster, type DoubleOptions } from '../../test/support/check/double.js';
import { aDaemonSet, PREFIX } from '../../test/support/builders.js';
import { aConfigMap } from '../../test/support/check/installed.js';
import { NOW } from '../../test/support/check/seen.js';
import { inject } from '../core/engine.js';

let api: ApiServer | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

const start = async (options: DoubleOptions): Promise<ApiServer> =>
  (api = await startCluster(options));

/** Runs the program with the real client and the real engine. */
const check = (args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
  runCli(['check', ...args], {
    engine: inject,
    connect: () => Promise.resolve(clientOf(api ?? expect.fail('there is no API server'))),
    clock: () => NOW,
    ...options,
  });

interface Told {
  readonly stage: string;
  readonly user: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly { code: string; level: string; area: string; detail?: string }[];
}
const toldBy = ({ stdout }: Ran): Told => JSON.parse(stdout) as Told;
const codesIn = (ran: Ran): readonly string[] => toldBy(ran).findings.map(({ code }) => code);
const detailOf = (ran: Ran, code: string): string | undefined =>
  toldBy(ran).findings.find((one) => one.code === code)?.detail;

const WELL = `Kubernetes v1.36.3, as alice; the injector is installed.

Versions
  ok       The API server has all that the injector uses. (v1.36.3) [kubernetes_current]
  ok       The virtual nodes have native sidecars. [kubelets_current]

Permissions
  ok       The ServiceAccount of the injector may do all that it needs. (31 questions asked)
           [injector_allowed]

Installation
  ok       What follows is judged by the options that the installed injector was told.
           [options_read]
  ok       All replicas are ready. (2 of 2) [replicas_ready]
  ok       A replica leads and keeps its Lease. (ds-injector-1, renewed 0 seconds ago)
           [leader_present]

Webhook
  ok       The webhook configuration is as it should be. (ds-injector) [webhook_sound]
  ok       Replicas are behind the Service. (2 ready) [service_ready]
  ok       The webhook is called in all namespaces that have not opted out. (2 looked at)
           [namespaces_selected]

Certificates
  ok       The API server trusts authorities that are valid. (valid until 2027-05-22T12:00Z)
           [ca_bundle_current]
  ok       The caBundle holds the authorities of the Secret. [ca_secret_matches]

Virtual nodes
  ok       There are virtual nodes. [virtual_nodes]
             super  profile tencent, by label node.kubernetes.io/instance-type=eklet

DaemonSets
  ok       Marked DaemonSets go into pods on virtual nodes. [daemonsets_carried]
             monitoring/agent  on all virtual nodes

Who may mark
  ok       A policy lets those only mark DaemonSets who have the verb inject on daemonsets.
           (ds-injector-marking) [marking_guarded]
  ok       A policy limits what the injector may write. [injector_limited]

Dry run
  ok       A dry-run pod for a virtual node came back injected. (monitoring/agent; for super, in
           default, in 0 ms) [trial_injected]

Pods on virtual nodes
  info     No pod runs on a virtual node. [no_pod_on_virtual_nodes]

Others who change pods
  ok       No other webhook changes pods. [no_other_injector]
  warning  The platform of virtual nodes has a feature of its own that reads the same annotation, so
           DaemonSets may be injected twice. [platform_reads_mark]
             super
           → Switch the platform's feature off, leave the profile to it (leave-to-platform), or use
             another prefix (annotation-prefixes).

1 warning, 1 to know, 17 in order.
`;

describe('check', () => {
  it('tells people, in a hundred columns', async () => {
    await start({ installed: true });
    const ran = await check();
    expect(ran).toEqual({ exit: 0, stdout: WELL, stderr: '' });
    expect(Math.max(...ran.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('changes nothing', async () => {
    const { calls } = await start({ installed: true });
    await check();
    const writes = calls.filter(
      ({ verb, path }) => verb !== 'list' && verb !== 'get' && !path.endsWith('reviews'),
    );
    expect(writes).toEqual([expect.objectContaining({ verb: 'create', query: { dryRun: 'All' } })]);
  });

  it('tells scripts, in JSON and in YAML', async () => {
    await start({ installed: true });
    const json = await check(['-o', 'json']);
    expect(toldBy(json)).toMatchObject({
      stage: 'installed',
      user: 'alice',
      counts: { error: 0, warning: 1, unknown: 0, info: 1, ok: 17 },
    });
    expect(toldBy(json).findings[0]).toMatchObject({
      area: 'versions',
      code: 'kubernetes_current',
      level: 'ok',
    });
    const yaml = await check(['-o', 'yaml']);
    expect(parse(yaml.stdout)).toEqual(toldBy(json));
  });

  it('colours what it says for a terminal, and nothing else', async () => {
    await start({ installed: true });
    const { stdout } = await check([], { isTTY: true });
    expect(stdout).toContain('\u001b[32mok     \u001b[0m');
    expect(stdout.replaceAll(/\p{Cc}\[\d+m/gu, '')).toBe(WELL);
  });

  it('says what an installation would meet', async () => {
    await start({ installed: false });
    const ran = await check(['-o', 'json']);
    expect(ran.exit).toBe(0);
    expect(toldBy(ran).stage).toBe('not_installed');
    expect(codesIn(ran)).toEqual([
      'kubernetes_current',
      'kubelets_current',
      'installer_allowed',
      'not_installed',
      'virtual_nodes',
      'daemonsets_carried',
      'no_other_injector',
      'platform_reads_mark',
    ]);
  });
});

describe('the exit code', () => {
  it('is 1 where there is an error, and where there is a warning for the strict', async () => {
    const { store } = await start({ installed: true });
    expect((await check(['--strict'])).exit).toBe(1);
    store.drop({
      kind: 'Service',
      metadata: { name: 'ds-injector', namespace: 'ds-injector-system' },
    });
    expect((await check()).exit).toBe(1);
  });

  it('is 0 where one may not look at something, and 1 for the strict', async () => {
    const server = await start({ installed: true });
    server.fault({ path: 'leases', what: { status: 403, reason: 'Forbidden' } });
    const ran = await check(['-o', 'json', '--leave-to-platform', 'tencent']);
    expect(detailOf(ran, 'not_allowed')).toBe('may not get Lease ds-injector-system/ds-injector');
    expect(ran.exit).toBe(0);
    expect((await check(['--strict', '--leave-to-platform', 'tencent'])).exit).toBe(1);
  });

  it('is 2 where one may look at next to nothing', async () => {
    const server = await start({ installed: true });
    server.fault({ path: '/apis', what: { status: 403, reason: 'Forbidden' } });
    server.fault({ path: '/api/', what: { status: 403, reason: 'Forbidden' } });
    const { exit, stdout, stderr } = await check();
    expect(exit).toBe(2);
    expect(stdout).toContain('nobody knows whether the injector is installed');
    expect(stderr).toBe(
      'ds-injector: cannot check the cluster: you may look at neither its nodes nor its webhook configurations\n',
    );
  });

  it('is 2 where there is no API server, or where one is not known there', async () => {
    const server = await start({ installed: true });
    server.fault({ what: { status: 401, reason: 'Unauthorized' } });
    const unknown = await check();
    expect(unknown).toMatchObject({ exit: 2, stdout: '' });
    expect(unknown.stderr).toMatch(
      /^ds-injector: cannot check the cluster: .*401 Unauthorized.*\n$/,
    );
    const connect = (): never => {
      throw new Error('there is no kubeconfig');
    };
    expect(await check([], { connect })).toEqual({
      exit: 2,
      stdout: '',
      stderr: 'ds-injector: cannot check the cluster: there is no kubeconfig\n',
    });
  });

  it.each([
    [['--limit', '0'], 'expected --limit to be a number from 1 to 100000, got 0'],
    [['--mixed', 'x'], 'expected `mixed` to be one of late, inject, pin, skip'],
    [['-o', 'xml'], "option '-o, --output <format>' argument 'xml' is invalid"],
    [['--trial'], "unknown option '--trial'"],
  ])('is 2 for %j, before anything is asked', async (args, message) => {
    const connect = (): never => expect.fail('it connects');
    const { exit, stderr } = await check(args, { connect });
    expect(stderr).toContain(message);
    expect(exit).toBe(2);
  });
});

describe('of the installed injector', () => {
  const marked = (prefix: string) =>
    aDaemonSet({
      metadata: { name: 'other' },
      spec: {
        template: {
          metadata: {
            annotations: {
              [`${PREFIX}ds-injection`]: undefined,
              [`${prefix}ds-injection`]: 'true',
            },
          },
        },
      },
    });
  const told = (text: string, more: Record<string, string> = {}): DoubleOptions => ({
    installed: true,
    more: [{ ...aConfigMap(text), data: { 'config.yaml': text, ...more } }, marked('example.org/')],
  });
  const carried = async (...args: readonly string[]): Promise<unknown> => {
    const { findings } = toldBy(await check(['-o', 'json', ...args]));
    return findings.find(({ code }) => code === 'daemonsets_carried');
  };

  it('the options count, whatever others there are in its file', async () => {
    await start(told('{annotationPrefixes: [example.org/], nextYearsOption: 7}'));
    expect(await carried()).toMatchObject({ items: [{ name: 'monitoring/other' }] });
  });

  it('the options count for less than what the person says', async () => {
    await start(told('annotationPrefixes: [example.org/]'));
    expect(await carried('--annotation-prefixes', PREFIX)).toMatchObject({
      items: [{ name: 'monitoring/agent' }],
    });
  });

  it('the profiles count that are in its file', async () => {
    const profile = '[{name: own, source: a test, nodes: [{label: kubernetes.io/os}]}]';
    await start(told('profiles: /etc/ds-injector/profiles.yaml', { 'profiles.yaml': profile }));
    const ran = await check(['-o', 'json']);
    expect(toldBy(ran).findings.find(({ code }) => code === 'virtual_nodes')).toMatchObject({
      items: [
        { name: 'super', detail: 'profile own, by label kubernetes.io/os' },
        { name: 'worker' },
      ],
    });
  });

  it('options that cannot be understood are said, and others taken', async () => {
    await start(told('mixed: sometimes'));
    const ran = await check(['-o', 'json']);
    expect(codesIn(ran)).toContain('options_assumed');
    expect(codesIn(ran)).not.toContain('options_read');
    expect(detailOf(ran, 'options_assumed')).toContain('mixed');
  });

  it('the names follow from its release', async () => {
    await start({ installed: true });
    const ran = await check(['-o', 'json', '--own-release', 'a', '--own-namespace', 'b']);
    expect(detailOf(ran, 'not_installed')).toBe('b/a-ds-injector');
    expect(codesIn(ran)).toContain('second_release');
  });
});

describe('faults', () => {
  it.each<[string, Parameters<ApiServer['fault']>[0]]>([
    ['fails', { path: 'daemonsets', what: { status: 500 } }],
    ['cuts the connection', { path: 'daemonsets', what: 'reset' }],
    ['cuts the answer', { path: 'daemonsets', what: 'cut' }],
    ['answers something else', { path: 'daemonsets', what: { text: '<html>' } }],
  ])('of an API server that %s are told where they matter', async (_, fault) => {
    const server = await start({ installed: true });
    server.fault(fault);
    const { findings } = toldBy(await check(['-o', 'json']));
    const [unknown, ...others] = findings.filter(({ level }) => level === 'unknown');
    expect(unknown).toMatchObject({ area: 'daemonSets', code: 'not_answered' });
    expect(others).toEqual([]);
  });

  it('do not follow a time that cannot be', async () => {
    await start({ installed: true, now: NOW + 3_600_000 });
    const ran = await check(['-o', 'json']);
    expect(detailOf(ran, 'clock_differs')).toBe('it is 3600 seconds behind');
    // By the clock of the API server, the Lease has run out.
    expect(codesIn(ran)).toContain('leader_lost');
  });

  it('of this program itself do not take the other findings with them', async () => {
    await start({ installed: true });
    const engine = (): never => {
      throw new Error('planning');
    };
    const { findings } = toldBy(await check(['-o', 'json'], { engine }));
    const unknown = findings.filter(({ level }) => level === 'unknown');
    expect(unknown).toEqual([
      expect.objectContaining({ area: 'daemonSets', code: 'not_understood', detail: 'planning' }),
      expect.objectContaining({ area: 'trial', code: 'not_understood', detail: 'planning' }),
    ]);
  });
});

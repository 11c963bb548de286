import type { ApiClient } from '../cluster/api.js';
import { pause } from '../cluster/pause.js';
import { Bell } from '../controllers/bell.js';
import type { Settings } from '../core/settings.js';
import { toYaml } from '../standalone/yaml.js';
import { fetchLists } from '../status/fetch.js';
import { Follower } from '../status/follow.js';
import type { Engine } from '../core/findings/scene.js';
import type { Lists } from '../status/lists.js';
import type { StatusReport } from '../status/report.js';
import { remarkOn } from '../status/remark.js';
import { statusOf, type Wish } from '../status/status.js';
import { Reader } from '../survey/reader.js';
import type { Way } from './check.js';
import { judgementOf } from './check-options.js';
import type { ClusterFlags } from './cluster-flags.js';
import { chain } from './fail.js';
import { EXIT, type Exit, type Io } from './io.js';
import { limitOf } from './limit.js';
import { paintFor } from './paint.js';
import { settingsIn } from './status-settings.js';
import { statusTable } from './status-table.js';
import { wishOf } from './wish.js';

export interface StatusDeps {
  readonly io: Io;
  readonly engine: Engine;
  /** @throws Error that says what is wrong with the kubeconfig. */
  readonly connect: (way: Way) => Promise<ApiClient>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves when the process is asked to stop. Called by commands only that can stop gracefully. */
  readonly stopping: () => Promise<void>;
}

/** The flags of `status`; the others, by their camelCase names, are options of the injector. */
export interface StatusFlags extends ClusterFlags {
  readonly namespace?: string;
  readonly limit: string;
  readonly output: 'table' | 'wide' | 'json' | 'yaml';
  readonly watch?: boolean;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Says on stdout what becomes of DaemonSets on virtual nodes, once or whenever that changes.
 *
 * @param what `ds/NAME`, `pod/NAME` or `node/NAME`.
 * @returns 0; 1 if there is nothing of that name; 2 if the cluster could not be looked at.
 * @throws ConfigError or UsageError.
 */
export async function statusCommand(
  what: string | undefined,
  flags: StatusFlags,
  deps: StatusDeps,
): Promise<Exit> {
  const { io } = deps;
  const wish = wishOf(what, flags.namespace);
  const most = limitOf(flags.limit);
  // What the person says is refused before anything is asked.
  judgementOf(saidBy(flags, io), undefined);
  let client: ApiClient | undefined;
  try {
    client = await deps.connect({ kubeconfig: flags.kubeconfig, context: flags.context });
    const frame: Frame = {
      wish,
      flags,
      deps,
      client,
      settings: await settingsFor(client, flags, io),
    };
    const shown = await first(frame, most);
    if (shown === undefined) return EXIT.fault;
    if (flags.watch === true) await watch(frame, shown);
    return EXIT.done;
  } catch (error) {
    io.stderr.write(`ds-injector: cannot look at the cluster: ${chain(error)}\n`);
    return EXIT.input;
  } finally {
    client?.close();
  }
}

/** What all that is shown has in common. */
interface Frame {
  readonly wish: Wish;
  readonly flags: StatusFlags;
  readonly deps: StatusDeps;
  readonly client: ApiClient;
  readonly settings: Settings;
}

const saidBy = ({ options, ownNamespace, ownRelease }: StatusFlags, io: Io) => ({
  flags: { ...options, ownNamespace, ownRelease },
  io,
});

async function settingsFor(client: ApiClient, flags: StatusFlags, io: Io): Promise<Settings> {
  const { settings, note } = await settingsIn(client, flags, saidBy(flags, io));
  if (note !== undefined) io.stderr.write(`ds-injector: ${note}\n`);
  return settings;
}

/** @returns what was shown; undefined if there is nothing of that name. */
async function first(frame: Frame, most: number): Promise<string | undefined> {
  const { wish, deps, client, settings } = frame;
  const { io } = deps;
  const reader = new Reader(client);
  const { lists, notes } = await fetchLists(reader, { settings, target: wish.target, most });
  const report = reportOn(lists, frame);
  const remark = remarkOn({ lists, report }, wish, settings);
  for (const text of [...notes, ...(remark ? [remark.text] : [])]) {
    io.stderr.write(`ds-injector: ${text}\n`);
  }
  if (remark?.absent === true) return undefined;
  const text = written(report, frame);
  io.stdout.write(text);
  return text;
}

const reportOn = (lists: Lists, { wish, deps, settings }: Frame): StatusReport =>
  statusOf(lists, { engine: deps.engine, settings }, wish);

/** Milliseconds between two reports at least, so that a rollout does not keep the terminal busy. */
const REST = 500;
/** A large cluster takes longer to be looked at than it rests; it shall rest longer than it works. */
const SHARE = 4;
/** Milliseconds after which it looks by itself. */
const LOOK = 60_000;

/** Shows what has changed since something was shown, until the process is asked to stop. */
async function watch(frame: Frame, before: string): Promise<void> {
  const { deps, client, settings, wish } = frame;
  const { io, clock, stopping } = deps;
  const ending = new AbortController();
  void stopping().then(() => {
    ending.abort();
  });
  const bell = new Bell();
  const follower = new Follower({
    ...{ client, settings, target: wish.target, random: Math.random },
    changed: () => {
      bell.ring();
    },
    failed: (problem) => {
      io.stderr.write(`ds-injector: ${problem}\n`);
    },
  });
  follower.start();
  let shown = before;
  while (!ending.signal.aborted) {
    const begin = clock();
    const lists = follower.lists();
    const text = lists === undefined ? shown : written(reportOn(lists, frame), frame);
    if (text !== shown) io.stdout.write(again(text, frame));
    shown = text;
    await pause(Math.max(REST, SHARE * (clock() - begin)), ending.signal);
    await bell.wait(LOOK, ending.signal);
  }
  await follower.stop();
}

/** From the upper left corner, what is below being cleared. */
const CLEAR = '\u001b[H\u001b[2J';

/** Another report after one that was shown. */
function again(text: string, { flags, deps }: Frame): string {
  if (flags.output === 'json') return text;
  if (flags.output === 'yaml') return `---\n${text}`;
  return deps.io.stdout.isTTY === true ? `${CLEAR}${text}` : `\n${text}`;
}

function written(report: StatusReport, { flags, deps, wish }: Frame): string {
  const { output, watch } = flags;
  if (output === 'json') {
    return `${JSON.stringify(report, null, watch === true ? undefined : 2)}\n`;
  }
  if (output === 'yaml') return toYaml(JSON.parse(JSON.stringify(report)));
  const options = { target: wish.target, wide: output === 'wide' };
  return statusTable(report, options, paintFor(deps.io.stdout, deps.io.env));
}

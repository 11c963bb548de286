import type { Container, Lifecycle, LifecycleHandler, Probe } from '../model/types.js';
import { list } from '../model/types.js';
import type { Context } from './context.js';
import { kindOfMount, pathOf } from './host-mounts.js';
import { defined } from '../model/defined.js';

/** Paths in a container and what they become; a path that is kept becomes itself. */
type Replacements = readonly (readonly [from: string, to: string])[];

/**
 * Where a container finds what it has of its own: the host's `/proc`, mounted at `/host/proc`, becomes `/proc`. What
 * lies in a mount that is kept stays where it is. Nothing to replace yields nothing.
 */
export function ownPaths(containerName: string, context: Context): Replacements {
  const mounts = context.blueprint.mounts.filter(
    ({ container }) => container.name === containerName,
  );
  const paths = mounts.map((mounted) => {
    const isOwn = kindOfMount(mounted, context) === 'own';
    return [mounted.mountPath, isOwn ? pathOf(mounted) : mounted.mountPath] as const;
  });
  return paths.some(([from, to]) => from !== to) ? paths : [];
}

/** The container with its paths replaced wherever it names them: command, variables, probes, hooks. */
export function withOwnPaths(container: Container, paths: Replacements): Container {
  if (paths.length === 0) return container;
  const text = (value: string): string => replacePaths(value, paths);
  const { workingDir } = container as { workingDir?: unknown };
  return {
    ...container,
    ...defined({
      command: container.command?.map(text),
      args: container.args?.map(text),
      env: container.env?.map((variable) =>
        typeof variable.value === 'string'
          ? { ...variable, value: text(variable.value) }
          : variable,
      ),
      livenessProbe: handled(container.livenessProbe, text),
      readinessProbe: handled(container.readinessProbe, text),
      startupProbe: handled(container.startupProbe, text),
      lifecycle: container.lifecycle ? hooks(container.lifecycle, text) : undefined,
      workingDir: typeof workingDir === 'string' ? text(workingDir) : undefined,
    }),
  };
}

type Replace = (text: string) => string;

const hooks = (lifecycle: Lifecycle, text: Replace): Lifecycle => ({
  ...lifecycle,
  ...defined({
    postStart: handled(lifecycle.postStart, text),
    preStop: handled(lifecycle.preStop, text),
  }),
});

/** A probe or hook; only its command can name a path. */
function handled<T extends Probe | LifecycleHandler>(
  handler: T | null | undefined,
  text: Replace,
): T | undefined {
  if (!handler?.exec) return handler ?? undefined;
  return { ...handler, exec: { ...handler.exec, command: list(handler.exec.command).map(text) } };
}

/** Replaces paths where they stand for themselves or for what lies below them; the longest that fits counts. */
export function replacePaths(text: string, paths: Replacements): string {
  const targets = new Map(paths);
  const alternatives = [...targets.keys()]
    .sort((a, b) => b.length - a.length)
    .map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`(^|[\\s=:,"'(])(${alternatives.join('|')})(?=$|[/\\s:,"')])(/?)`, 'g');
  return text.replace(whole, (_match, before: string, from: string, slash: string) => {
    const to = targets.get(from) ?? from;
    return before + (to === '/' ? '/' : to + slash);
  });
}

/**
 * A real Kubernetes cluster on this machine, with containers that run: for the end-to-end tests, and to try things out.
 *
 *   npm run cluster -- up       then it says how to use it
 *   npm run cluster -- down
 */
import { Command, InvalidArgumentError } from 'commander';
import {
  addNode,
  bringUp,
  buildPrograms,
  down,
  importImage,
  installPackages,
  startKwok,
  status,
  type UpOptions,
} from './commands.js';
import type { Taint } from './node-files.js';

const program = new Command('npm run cluster --')
  .description(
    'A real Kubernetes cluster on this machine. Needs Linux, root, Debian packages and Go.',
  )
  .helpCommand(false)
  .showHelpAfterError('(npm run cluster -- --help says what there is)')
  .addHelpText(
    'after',
    '\nIts state lies in .cluster, or where TEST_CLUSTER_DIR says. Only one can be up on a machine.',
  );
const VERSION = '--kubernetes <version>';
const WHICH = 'which release: 1.36 or 1.28';

program.command('install').description('Debian packages that it needs').action(installPackages);
program
  .command('build')
  .description('the programs of Kubernetes, from Go modules: minutes, once')
  .option(VERSION, WHICH)
  .action(buildPrograms);
program
  .command('up')
  .description('a control plane, and the nodes "worker" and "super", a super node of seed 001')
  .option(VERSION, WHICH)
  .option('--no-nodes', 'the control plane alone')
  .action(({ nodes, ...options }: Omit<UpOptions, 'nodes'> & { nodes: boolean }) =>
    bringUp(nodes ? options : { ...options, nodes: [] }),
  );
program
  .command('node')
  .description('one more node that runs containers')
  .argument('<name>')
  .option('--labels <key=value,…>', 'its labels', labelsOf, {})
  .option('--taint <key=value:effect>', 'a taint; may be repeated', addTaint, [])
  .action((name: string, options: { labels: Record<string, string>; taint: Taint[] }) =>
    addNode({ name, labels: options.labels, taints: options.taint }),
  );
program
  .command('image')
  .description('imports an archive of images')
  .argument('<file.tar>')
  .option('--node <name...>', 'into these nodes only')
  .action((file: string, { node }: { node?: string[] }) => importImage(file, node));
program
  .command('kwok')
  .description('plays the nodes with the annotation kwok.x-k8s.io/node=fake')
  .action(() => startKwok());
program
  .command('status')
  .description('what runs')
  .action(async () => {
    if (!(await status())) process.exitCode = 1;
  });
program.command('down').description('ends it; the logs stay').action(down);

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((pair) => splitAt(pair, '=')));
}

function addTaint(text: string, before: readonly Taint[]): readonly Taint[] {
  const [, key, value, effect] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
  if (key === undefined || effect === undefined) {
    throw new InvalidArgumentError('a taint is key=value:effect or key:effect.');
  }
  return [...before, { key, effect, ...(value === undefined ? {} : { value }) }];
}

function splitAt(pair: string, mark: string): [string, string] {
  const [key = '', ...rest] = pair.split(mark);
  return [key, rest.join(mark)];
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`cluster: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

import { Command, InvalidArgumentError, Option } from 'commander';
import type { CompareOptions } from './compare.js';
import type { Scale, ScaleOptions } from './scale.js';

/** What the program can do. */
export interface Commands {
  compare(options: CompareOptions): Promise<void>;
  scale(options: ScaleOptions): Promise<void>;
}

/** The command line of `npm run bench`. */
export function programFor(commands: Commands): Command {
  const program = new Command('npm run bench --')
    .description('Measures what a review costs. The last line is the word BENCH and JSON.')
    .helpCommand(false)
    .addCommand(compareFor(commands), { isDefault: true })
    .addCommand(scaleFor(commands))
    .addHelpText('after', EXAMPLES);
  for (const command of [program, ...program.commands]) command.showHelpAfterError(HINT);
  return program;
}

const HINT = '(npm run bench -- --help says what there is)';
const EXAMPLES = `
The options of a command: npm run bench -- compare --help, npm run bench -- scale --help

Examples:
  npm run bench                                     everything, in about two minutes
  npm run bench -- --sizes 8 --connections 8        one load
  npm run bench -- --without go --rounds 10         without Go, more exact`;

const compareFor = (commands: Commands): Command =>
  new Command('compare')
    .description('The injector next to a server on Node that decides nothing and a webhook in Go.')
    .addOption(secondsOption(1.5))
    .addOption(roundsOption(5))
    .addOption(connectionsOption([8, 32]))
    .addOption(sizesOption([8, 25]))
    .addOption(workloadsOption())
    .addOption(new Option('--without <server>', 'leaves a server out').choices(['go']))
    .action((options: Omit<CompareOptions, 'without'> & { without?: string }) =>
      commands.compare({
        ...options,
        without: [options.without].filter((name) => name !== undefined),
      }),
    );

const scaleFor = (commands: Commands): Command =>
  new Command('scale')
    .description('The injector with small and large Worlds next to each other, and their memory.')
    .addOption(
      new Option(
        '--worlds <nodes/DaemonSets,…>',
        'sizes of the Worlds, the one to compare to first',
      )
        .argParser(worldsOf)
        .default(worldsOf(WORLDS), WORLDS),
    )
    .option('--no-memory', 'leaves the memory of nodes and DaemonSets out')
    .addOption(secondsOption(2))
    .addOption(roundsOption(7))
    .addOption(connectionsOption([8]))
    .addOption(sizesOption([8]))
    .addOption(workloadsOption())
    .action((options: ScaleOptions) => commands.scale(options));

const WORLDS = '10/5,1000/100,5000/500';

const secondsOption = (preset: number): Option =>
  new Option('--seconds <seconds>', 'length of each measurement')
    .argParser(numberOf(0.1, 600))
    .default(preset);

const roundsOption = (preset: number): Option =>
  new Option('--rounds <number>', 'how often everything is measured')
    .argParser(integerOf(1, 1000))
    .default(preset);

const sizesOption = (preset: readonly number[]): Option =>
  new Option('--sizes <KB,…>', 'sizes of the reviews')
    .argParser(listOf(8, 200))
    .default(preset, preset.join());

const connectionsOption = (preset: readonly number[]): Option =>
  new Option('--connections <number,…>', 'connections, with one request under way on each')
    .argParser(listOf(1, 1000))
    .default(preset, preset.join());

const workloadsOption = (): Option =>
  new Option('--workloads <number>', 'how many Deployments the pods are of')
    .argParser(integerOf(1, 1000))
    .default(20);

const numberOf =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };

const integerOf =
  (least: number, most: number) =>
  (text: string): number => {
    const value = numberOf(least, most)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError('It must be a whole number.');
  };

const listOf =
  (least: number, most: number) =>
  (text: string): readonly number[] => [...new Set(text.split(',').map(integerOf(least, most)))];

function worldsOf(text: string): readonly Scale[] {
  const worlds = [...new Set(text.split(','))].map((world) => {
    const [nodes = '', daemonSets = '', ...rest] = world.split('/');
    if (rest.length > 0) throw new InvalidArgumentError(`${world} is not nodes/DaemonSets.`);
    return { nodes: integerOf(1, 20_000)(nodes), daemonSets: integerOf(5, 5000)(daemonSets) };
  });
  if (worlds.length > 1) return worlds;
  throw new InvalidArgumentError('There must be two Worlds at least.');
}

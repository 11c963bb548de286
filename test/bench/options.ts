import { Command, InvalidArgumentError, Option } from 'commander';
import type { CompareOptions } from './compare.js';

/** What the program can do. */
export interface Commands {
  compare(options: CompareOptions): Promise<void>;
}

/** The command line of `npm run bench`. */
export function programFor(commands: Commands): Command {
  const program = new Command('npm run bench --')
    .description('Measures what a review costs. The last line is the word BENCH and JSON.')
    .helpCommand(false)
    .addCommand(compareFor(commands), { isDefault: true })
    .addHelpText('after', EXAMPLES);
  for (const command of [program, ...program.commands]) command.showHelpAfterError(HINT);
  return program;
}

const HINT = '(npm run bench -- --help says what there is)';
const EXAMPLES = `
The options of a command: npm run bench -- compare --help

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
    .option('--sizes <KB,…>', 'sizes of the reviews', listOf(8, 200), [8, 25])
    .addOption(workloadsOption())
    .addOption(new Option('--without <server>', 'leaves a server out').choices(['go']))
    .action((options: Omit<CompareOptions, 'without'> & { without?: string }) =>
      commands.compare({
        ...options,
        without: [options.without].filter((name) => name !== undefined),
      }),
    );

const secondsOption = (preset: number): Option =>
  new Option('--seconds <seconds>', 'length of each measurement')
    .argParser(numberOf(0.1, 600))
    .default(preset);

const roundsOption = (preset: number): Option =>
  new Option('--rounds <number>', 'how often everything is measured')
    .argParser(integerOf(1, 1000))
    .default(preset);

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

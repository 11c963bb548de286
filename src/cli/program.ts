import { Command, CommanderError, Option as Flag } from 'commander';
import type { ApiClient } from '../cluster/api.js';
import { checkCommand, type CheckFlags, type Way } from './check.js';
import { addCheckFlags } from './check-flags.js';
import { report } from './fail.js';
import { explainCommand } from './explain.js';
import { addFlags, collect } from './flags.js';
import { injectCommand } from './inject.js';
import { defined } from '../core/model/defined.js';
import { EXIT, type Exit, type Io } from './io.js';
import type { Engine, OfflineFlags } from './judge.js';
import { reasonsCommand } from './reasons.js';
import { statusCommand, type StatusFlags } from './status.js';
import { addStatusFlags } from './status-flags.js';

/** What the commands need besides their arguments. */
export interface Deps {
  readonly io: Io;
  readonly engine: Engine;
  readonly version: string;
  /** Runs the server until it is told to stop. */
  readonly serve: (flags: Flags) => Promise<Exit>;
  /** Makes a client for an API server. */
  readonly connect: (way: Way) => Promise<ApiClient>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves when the process is asked to stop. Called by commands only that can stop gracefully. */
  readonly stopping: () => Promise<void>;
}

type Flags = Readonly<Record<string, unknown>>;

/**
 * Runs the program.
 *
 * @param args what follows the program's name.
 * @returns the exit code; everything that is thrown on the way has been said on stderr.
 */
export async function run(args: readonly string[], deps: Deps): Promise<Exit> {
  let exit: Exit = EXIT.done;
  const program = programFor(deps, async (action) => {
    exit = await action();
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said it already. It prints help for a call without a command, and counts that as a mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input;
    return report(error, deps.io.stderr);
  }
  return exit;
}

/** Keeps the exit code of the command that was called. */
type Keep = (action: () => Exit | Promise<Exit>) => Promise<void>;

function programFor(deps: Deps, keep: Keep): Command {
  const program = new Command('ds-injector');
  program
    .description(
      'Gives DaemonSets back to virtual nodes: their containers are injected into the pods that run there.',
    )
    .version(deps.version)
    .addHelpText('after', `${PROGRAM_EXAMPLES}\n${EXIT_CODES}`);
  const commands = [
    serveFor(deps, keep),
    injectFor(deps, keep),
    explainFor(deps, keep),
    checkFor(deps, keep),
    statusFor(deps, keep),
    reasonsFor(deps, keep),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) harness(command, deps.io);
  return program;
}

/** Sends what commander says to our streams, its errors in one line, and makes it throw instead of exit. */
function harness(command: Command, { stdout, stderr }: Io): void {
  const name = command.parent ? `ds-injector ${command.name()}` : 'ds-injector';
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      stdout.write(text);
    },
    writeErr: (text) => {
      stderr.write(text);
    },
    getOutHelpWidth: () => HELP_WIDTH,
    getErrHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    outputError: (text, write) => {
      const problem = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ');
      write(`ds-injector: ${problem}; see ${name} --help\n`);
    },
  });
}

const HELP_WIDTH = 100;

function serveFor({ serve }: Deps, keep: Keep): Command {
  const command = new Command('serve').description(
    'Answers the reviews of an API server at /mutate over TLS, from a World of manifest files or from a cluster.',
  );
  addFlags(command, ['server', 'cluster', 'injection', 'logging']);
  return command
    .addHelpText('after', `${SERVE_EXAMPLES}\n${EXIT_CODES}`)
    .action((flags: Flags) => keep(() => serve(flags)));
}

function injectFor({ engine, io }: Deps, keep: Keep): Command {
  const command = new Command('inject').description(
    'Writes manifests to stdout with the containers of marked DaemonSets in their pods; reasons go to stderr.',
  );
  return offline(command, ['yaml', 'json'])
    .addHelpText('after', `${INJECT_EXAMPLES}\n${EXIT_CODES}`)
    .action((flags: OfflineArguments<'yaml' | 'json'>, command: Command) =>
      keep(() => injectCommand(optionsOf(flags, command), engine, io)),
    );
}

function explainFor({ engine, io }: Deps, keep: Keep): Command {
  const command = new Command('explain').description(
    'Says for each pod in manifests what is decided and why, and what becomes of each DaemonSet in it.',
  );
  return offline(command, ['table', 'json'])
    .addHelpText('after', `${EXPLAIN_EXAMPLES}\n${EXIT_CODES}`)
    .action((flags: OfflineArguments<'table' | 'json'>, command: Command) =>
      keep(() => explainCommand(optionsOf(flags, command), engine, io)),
    );
}

function checkFor(deps: Deps, keep: Keep): Command {
  const command = new Command('check').description(
    'Looks at a cluster, before or after the injector is installed, and says what is in its way.',
  );
  return addCheckFlags(command).action((flags: Omit<CheckFlags, 'options'>) =>
    keep(() => checkCommand(checkFlagsOf(flags), deps)),
  );
}

/** The flags that are options of the injector, apart from those of the command itself. */
function checkFlagsOf({
  kubeconfig,
  context,
  ownNamespace,
  ownRelease,
  webhookConfiguration,
  trialNamespace,
  limit,
  strict,
  output,
  ...options
}: Omit<CheckFlags, 'options'>): CheckFlags {
  return {
    ...defined({ kubeconfig, context, webhookConfiguration, strict }),
    ownNamespace,
    ownRelease,
    trialNamespace,
    limit,
    output,
    options,
  };
}

function statusFor(deps: Deps, keep: Keep): Command {
  const command = new Command('status').description(
    'Says what becomes of marked DaemonSets on the virtual nodes of a cluster.',
  );
  return addStatusFlags(command).action(
    (what: string | undefined, flags: Omit<StatusFlags, 'options'>) =>
      keep(() => statusCommand(what, statusFlagsOf(flags), deps)),
  );
}

function statusFlagsOf({
  kubeconfig,
  context,
  ownNamespace,
  ownRelease,
  namespace,
  limit,
  output,
  watch,
  ...options
}: Omit<StatusFlags, 'options'>): StatusFlags {
  return {
    ...defined({ kubeconfig, context, namespace, watch }),
    ...{ ownNamespace, ownRelease, limit, output, options },
  };
}

function reasonsFor({ io }: Deps, keep: Keep): Command {
  return new Command('reasons')
    .description('Prints the reason codes with what they mean and what to do.')
    .argument('[code]', 'only this one')
    .addHelpText('after', `\n${EXIT_CODES}`)
    .action((code: string | undefined) => keep(() => reasonsCommand(code, io)));
}

/** The flags that `inject` and `explain` share. */
function offline(command: Command, outputs: readonly [string, string]): Command {
  command
    .addOption(
      new Flag(
        '-f, --file <path>',
        'Manifests: a file, a folder, or - for standard input. May be repeated.',
      ).argParser(collect),
    )
    .addOption(
      new Flag('-o, --output <format>', 'The form of the output.')
        .choices(outputs)
        .default(outputs[0]),
    );
  addFlags(command, ['injection'], ['world']);
  return command;
}

interface OfflineArguments<Output> extends Flags {
  readonly file?: readonly string[];
  readonly output: Output;
}

/**
 * Commander would ask for -f before it says that another option is unknown, so this is not left to it.
 *
 * @throws CommanderError if there is no -f.
 */
function optionsOf<Output>(
  { file, output, ...flags }: OfflineArguments<Output>,
  command: Command,
): OfflineFlags & { readonly output: Output } {
  if (!file) command.error("error: required option '-f, --file <path>' not specified");
  return { files: file, output, flags };
}

const EXIT_CODES = `Exit codes:
  0  done; also when pods were left as they are, with their reasons
  1  the program or its surroundings failed (a port in use, a fault in the injector)
  2  usage, configuration or input cannot be understood; all problems are on stderr`;

const PROGRAM_EXAMPLES = `
Examples:
  ds-injector inject --world cluster/ -f deploy.yaml | kubectl apply -f -
  ds-injector explain --world cluster/ -f deploy.yaml
  ds-injector serve --world cluster/
  ds-injector check
  ds-injector status
  ds-injector reasons no_virtual_node

Each command has a --help of its own. Of the same option, a flag wins over the environment, that over
the file given with --config, that over the default. Lists are separated by commas.
`;

const SERVE_EXAMPLES = `
Examples:
  ds-injector serve --world cluster/
  ds-injector serve --world nodes.yaml --world daemonsets.yaml --port 9443 --ops-port off
  ds-injector serve --config injector.yaml --tls-cert tls.crt --tls-key tls.key

SIGTERM and SIGINT let open reviews end first; a second one ends at once.
`;

const INJECT_EXAMPLES = `
Examples:
  ds-injector inject --world cluster/ -f deploy.yaml
  kubectl create deployment web --image nginx --dry-run=client -o yaml | ds-injector inject --world cluster/ -f -
  ds-injector inject --world cluster/ -f manifests/ -o json
`;

const EXPLAIN_EXAMPLES = `
Examples:
  ds-injector explain --world cluster/ -f deploy.yaml
  ds-injector explain --world cluster/ -f manifests/ -o json --mixed inject
`;

import { Option as Flag, type Command } from 'commander';
import { addClusterFlags } from './cluster-flags.js';
import { addFlags } from './flags.js';

/** Gives `check` its flags, and the text that follows them in `--help`. */
export function addCheckFlags(command: Command): Command {
  addClusterFlags(command, [
    [
      '--webhook-configuration <name>',
      'The MutatingWebhookConfiguration; else it is called as the release is.',
    ],
    ['--trial-namespace <namespace>', 'Where the dry-run pod would be created.', 'default'],
    ['--limit <pods>', 'How many pods on virtual nodes to look at, at most.', '1000'],
  ]);
  command
    .addOption(
      new Flag('--strict', 'End with 1 also for warnings and for what could not be looked at.'),
    )
    .addOption(
      new Flag('-o, --output <format>', 'The form of the output.')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    );
  addFlags(command, ['injection'], [], ['ownNamespace', 'ownRelease']);
  return command.addHelpText('after', TEXT);
}

const TEXT = `
Nothing in the cluster is changed: check reads, asks who may do what, and has a pod admitted in a dry
run. What you may not look at becomes a finding of its own. An installed injector is judged by the
options that it was told, as far as its Deployment and ConfigMap may be read; flags win over those.

Before an installation, check says what it would meet.

Examples:
  ds-injector check
  ds-injector check --kubeconfig admin.conf --trial-namespace shop
  ds-injector check -o json | jq -r '.findings[] | select(.level == "error") | .code'

Exit codes:
  0  nothing speaks against injection
  1  errors were found; with --strict also warnings, and what nobody knows
  2  the cluster could not be looked at, or usage or configuration cannot be understood
`;

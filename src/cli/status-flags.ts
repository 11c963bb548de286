import { Option as Flag, type Command } from 'commander';
import { addClusterFlags } from './cluster-flags.js';
import { addFlags } from './flags.js';

/** Gives `status` its flags, and the text that follows them in `--help`. */
export function addStatusFlags(command: Command): Command {
  addClusterFlags(command, [
    [
      '-n, --namespace <namespace>',
      'Of the pod (else default), or of the DaemonSets to show (else all).',
    ],
    ['--limit <pods>', 'How many pods to look at, at most.', '20000'],
  ]);
  command
    .argument('[what]', 'ds/NAME, pod/NAME or node/NAME; else all marked DaemonSets')
    .addOption(
      new Flag('-o, --output <format>', 'The form of the output.')
        .choices(['table', 'wide', 'json', 'yaml'])
        .default('table'),
    )
    .addOption(new Flag('-w, --watch', 'Say it again whenever it is another.'));
  addFlags(command, ['injection'], [], ['ownNamespace', 'ownRelease']);
  return command.addHelpText('after', TEXT);
}

const TEXT = `
For each marked DaemonSet and virtual node: the revision that the node wants, in how many pods the
DaemonSet is, in how many of these it is ready or outdated, why others are skipped, and the worst
trouble. Below it stands what is not as the webhook would have made it:

  missed     a pod lacks a DaemonSet although nothing speaks against it
  forged     a pod's record names what the injector would not have made
  misplaced  an injected pod runs on a node that is not virtual
  orphaned   a pod has a DaemonSet that is gone, or that does not go into it any more

Nothing in the cluster is changed. An installed injector's options are read from its Deployment and
ConfigMap, as far as they may be; flags win over those. --watch follows the cluster by list and watch,
and reads pods of all namespaces; -o json gives a line for each report then.

Examples:
  ds-injector status
  ds-injector status ds/node-exporter -n monitoring -o wide
  ds-injector status pod/web-5d9c7 -n shop
  ds-injector status node/super-1 --watch

Exit codes:
  0  it was shown
  1  there is no such pod or node, or no such marked DaemonSet
  2  the cluster could not be looked at, or usage or configuration cannot be understood
`;

import { Option as Flag, type Command } from 'commander';

/** What `check` and `status` say of the cluster and of the injector in it. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly ownNamespace: string;
  readonly ownRelease: string;
}

/** A flag with a value: what it is called, what it means, and what stands for none. */
export type TextFlag = readonly [flag: string, text: string, preset?: string];

const FLAGS: readonly TextFlag[] = [
  ['--kubeconfig <file>', 'The kubeconfig; else that of KUBECONFIG, else ~/.kube/config.'],
  ['--context <name>', 'The context of the kubeconfig; else the current one.'],
  ['--own-namespace <namespace>', 'Where the injector is installed.', 'ds-injector-system'],
  ['--own-release <release>', 'The release as which it is installed.', 'ds-injector'],
];

/** Gives a command the flags by which it finds the cluster and the injector, and others of its own. */
export function addClusterFlags(command: Command, own: readonly TextFlag[]): void {
  for (const [flag, text, preset] of [...FLAGS, ...own]) {
    const option = new Flag(flag, text);
    command.addOption(preset === undefined ? option : option.default(preset));
  }
}

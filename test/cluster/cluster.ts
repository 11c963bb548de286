import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialsIn } from './credentials.js';
import { Daemons } from './daemons.js';
import { releaseOf, type Release } from './releases.js';

export interface NodeRecord {
  readonly name: string;
  /** Distinguishes addresses, ports and devices; from 1. */
  readonly index: number;
}

/** What has to be known to go on with a cluster, or to end it. */
interface State {
  readonly kubernetes: string;
  readonly bin: string;
  readonly nodes: readonly NodeRecord[];
}

/** A cluster that is up, coming up, or was left behind. */
export class Cluster {
  readonly folder: string;
  readonly daemons: Daemons;

  constructor(folder: string) {
    this.folder = folder;
    this.daemons = new Daemons(folder);
  }

  get exists(): boolean {
    return existsSync(this.#file);
  }

  get release(): Release {
    return releaseOf(this.#state.kubernetes);
  }

  get nodes(): readonly NodeRecord[] {
    return this.#state.nodes;
  }

  /** The folder of the programs. */
  get bin(): string {
    return this.#state.bin;
  }

  get kubeconfig(): string {
    return credentialsIn(this.folder).kubeconfig.admin;
  }

  program(name: string): string {
    return join(this.bin, name);
  }

  begin(release: Release, bin: string): void {
    mkdirSync(this.folder, { recursive: true });
    this.#save({ kubernetes: release.minor, bin, nodes: [] });
  }

  add(name: string): NodeRecord {
    const state = this.#state;
    const node = { name, index: state.nodes.length + 1 };
    this.#save({ ...state, nodes: [...state.nodes, node] });
    return node;
  }

  /** Where a node's own files lie. */
  nodeFolder({ name }: NodeRecord): string {
    return join(this.folder, 'nodes', name);
  }

  get imageFolder(): string {
    return join(this.folder, 'images');
  }

  get #file(): string {
    return join(this.folder, 'cluster.json');
  }

  get #state(): State {
    if (!this.exists) throw new Error('there is no cluster; "npm run cluster -- up" makes one');
    return JSON.parse(readFileSync(this.#file, 'utf8')) as State;
  }

  #save(state: State): void {
    writeFileSync(this.#file, JSON.stringify(state));
  }
}

import type { ApiClient } from '../cluster/api.js';
import { problemOf } from '../cluster/problems.js';
import { parseVersion } from '../core/model/version.js';
import type { Settings } from '../core/settings.js';
import { valueOr } from '../survey/answer.js';
import { firstWord } from '../survey/first-word.js';
import { installedOf } from '../survey/installed.js';
import { namesOf } from '../survey/names.js';
import { textAt } from '../survey/raw.js';
import { Reader } from '../survey/reader.js';
import { CONFIG_MAPS, DEPLOYMENTS } from '../survey/resources.js';
import { judgementOf, type Said } from './check-options.js';
import type { ClusterFlags } from './cluster-flags.js';

/** The settings of the injector in a cluster, and what has to be said about them. */
export interface Found {
  readonly settings: Settings;
  readonly note?: string;
}

/**
 * By what the injector in a cluster judges: what the person says, else what it was told, else the defaults.
 *
 * @throws UnreachableError or ApiError if the API server cannot be spoken with at all.
 */
export async function settingsIn(
  client: ApiClient,
  { ownNamespace: namespace, ownRelease: release }: ClusterFlags,
  said: Said,
): Promise<Found> {
  const version = textAt(valueOr(await firstWord(client), {}), 'gitVersion');
  const reader = new Reader(client);
  const named = { namespace, name: namesOf({ namespace, release }).fullName };
  const [deployment, configMap] = await Promise.all([
    reader.get(DEPLOYMENTS, named),
    reader.get(CONFIG_MAPS, named),
  ]);
  const installed = installedOf({ deployment, configMap });
  const { settings, versionGiven, note } = judged();
  const isKnown = !versionGiven && parseVersion(version) !== undefined;
  return {
    settings: {
      ...settings,
      ...(isKnown ? { kubernetesVersion: version } : {}),
      own: { namespace, release },
      // One that is installed in a cluster has a leader.
      addsLater: true,
    },
    ...(note === undefined ? {} : { note }),
  };

  function judged() {
    try {
      return { ...judgementOf(said, installed), note: undefined };
    } catch (error) {
      const note = `the options of the installed injector are not understood: ${problemOf(error)}`;
      return { ...judgementOf(said, undefined), note };
    }
  }
}

import { problemOf, Problems } from '../cluster/problems.js';
import type { Config } from '../config/schema.js';
import type { LateOptions } from '../controllers/late.js';
import { identityOf } from '../core/status/observed.js';
import type { DutyOptions } from '../controllers/duty.js';
import { metaOf } from '../core/model/pod.js';
import { map } from '../core/model/types.js';
import type { World } from '../core/world/world.js';
import { selects } from '../survey/selector.js';
import type { Context } from './part.js';

/** Whether the webhook is asked about the pods of a namespace. */
export const reviewedBy =
  ({ namespaceSelector: matchExpressions, ownNamespace }: Config, world: World) =>
  (namespace: string): boolean => {
    const labels = map(metaOf(world.namespace(namespace) ?? {}).labels);
    return namespace !== ownNamespace && selects({ matchExpressions }, labels);
  };

/** What late injection is told by the options, and whom it tells of what it does: metrics and log. */
export const lateness = (
  { config, metrics, logger }: Context,
  world: World,
): Omit<LateOptions, keyof DutyOptions | 'bound'> => {
  const problems = new Problems();
  return {
    existing: config.existing === 'ephemeral',
    isReviewed: reviewedBy(config, world),
    restarts: config.ephemeralRestarts,
    added: (pod, containers) => {
      for (const { name, daemonSet, why } of containers) {
        metrics.lateContainers.inc({ why });
        logger.info({ pod, daemonSet, container: name, why }, 'ephemeral container added');
      }
    },
    refused: (pod, refusal) => {
      const { namespace, name, reason, detail } = refusal;
      metrics.lateRefusals.inc({ reason });
      logger.info(
        { pod: identityOf(pod).key, daemonSet: `${namespace}/${name}`, reason, detail },
        'not added to a running pod',
      );
    },
    rejected: (pod, error) => {
      metrics.lateRefusals.inc({ reason: 'api_refused' });
      const problem = problemOf(error);
      if (problems.met(problem)) logger.warn({ pod, problem }, 'ephemeral container refused');
    },
  };
};

import { NOTHING, type Kind } from './kind.js';

/** What is said of the nodes. */
export const nodeCodes = {
  virtual_nodes: { level: 'ok', sentence: 'There are virtual nodes.', todo: NOTHING },
  no_virtual_nodes: {
    level: 'warning',
    sentence: 'No node is recognised as virtual, so no pod is injected.',
    todo: 'Nothing, if they come later (Fargate). Else add a profile that recognises yours: docs/profiles.md.',
  },
  virtual_nodes_not_ready: {
    level: 'warning',
    sentence: 'Virtual nodes are not ready.',
    todo: 'Look at the nodes; pods are not scheduled there.',
  },
  nodes_perhaps_virtual: {
    level: 'warning',
    sentence: 'Nodes look virtual, and no profile recognises them.',
    todo: 'If they are, add a profile for them with --profiles: docs/profiles.md.',
  },
  nodes_malformed: {
    level: 'warning',
    sentence: 'Nodes cannot be read and count as absent.',
    todo: 'Look at the field that is named.',
  },
  nodes_left_to_platform: {
    level: 'info',
    sentence: 'Virtual nodes are left to their platform; pods there are not injected.',
    todo: 'Nothing, if that is meant.',
  },
} as const satisfies Record<string, Kind>;

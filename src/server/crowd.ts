import type { Socket } from 'node:net';

/**
 * What a connection is about: `opening` until its first request is there, `busy` with one, `idle` between two, or
 * `ending` after an answer that was its last.
 */
export type Phase = 'opening' | 'busy' | 'idle' | 'ending';

export interface CrowdOptions {
  /** With one member more, the one that waits for longest has to go. */
  readonly limit: number;
  /** Sweeps that a member may see in one phase. */
  readonly sweeps: Readonly<Record<Phase, number>>;
  /** Hears of each member that is about to be cut: because there are too many, or because it is late. */
  readonly cut: (why: 'crowded_out' | 'stalled', phase: Phase) => void;
}

/** The connections of one listener. */
export interface Crowd {
  /** Takes in a connection that was just accepted, as `opening`. */
  join(socket: Socket): void;
  /** Makes a TLS socket known as the same connection as the socket below it. */
  secure(socket: Socket): void;
  /** Begins a phase, also if it is the same one again. Unknown sockets are ignored. */
  enter(socket: Socket, phase: Phase): void;
  /** Cuts whoever is late; to be called at a steady pace. */
  sweep(): void;
  /** Cuts those who have nothing under way: no request yet, or none any more. */
  dismiss(): void;
  /** Cuts everybody. @returns how many there were. */
  clear(): number;
}

interface Member {
  /** The lowest socket, which takes what is above down with it. */
  readonly socket: Socket;
  phase: Phase;
  sweeps: number;
}

/**
 * Makes a crowd. Its members are kept by phase, each phase in the order of entry, so that to find the one that waits
 * for longest takes no search.
 *
 * When there are too many, the oldest one of the largest phase goes. Whoever opens thousands of connections makes one
 * phase the largest, whichever it is, and holds its oldest members; a well-behaved caller leaves every phase but `idle`
 * within milliseconds, and is the most recent one there.
 */
export function makeCrowd({ limit, sweeps, cut }: CrowdOptions): Crowd {
  const { all, phases, add, move, leave } = makeMembers();
  const known = new WeakMap<Socket, Member>();
  const byPeer = new Map<string, Member>();
  const end = (member: Member, why: 'crowded_out' | 'stalled'): void => {
    cut(why, member.phase);
    leave(member);
    member.socket.destroy();
  };
  return {
    join: (socket) => {
      const oldest = all.size < limit ? undefined : oldestOfLargest(phases);
      if (oldest) end(oldest, 'crowded_out');
      const member = add(socket);
      const peer = peerOf(socket);
      known.set(socket, member);
      byPeer.set(peer, member);
      socket.once('close', () => {
        leave(member);
        if (byPeer.get(peer) === member) byPeer.delete(peer);
      });
    },
    secure: (socket) => {
      const member = byPeer.get(peerOf(socket));
      if (member) known.set(socket, member);
    },
    enter: (socket, phase) => {
      const member = known.get(socket);
      if (member && all.has(member)) move(member, phase);
    },
    sweep: () => {
      for (const member of all) {
        member.sweeps += 1;
        if (member.sweeps > sweeps[member.phase]) end(member, 'stalled');
      }
    },
    dismiss: () => {
      for (const { socket } of [...phases.opening, ...phases.idle]) socket.destroy();
    },
    clear: () => {
      const count = all.size;
      for (const { socket } of all) socket.destroy();
      return count;
    },
  };
}

type Phases = Readonly<Record<Phase, Set<Member>>>;

interface Members {
  readonly all: ReadonlySet<Member>;
  readonly phases: Phases;
  readonly add: (socket: Socket) => Member;
  readonly move: (member: Member, phase: Phase) => void;
  readonly leave: (member: Member) => void;
}

function makeMembers(): Members {
  const all = new Set<Member>();
  const phases: Phases = {
    opening: new Set(),
    busy: new Set(),
    idle: new Set(),
    ending: new Set(),
  };
  return {
    all,
    phases,
    add: (socket) => {
      const member: Member = { socket, phase: 'opening', sweeps: 0 };
      all.add(member);
      phases.opening.add(member);
      return member;
    },
    move: (member, phase) => {
      phases[member.phase].delete(member);
      phases[phase].add(member);
      member.phase = phase;
      member.sweeps = 0;
    },
    leave: (member) => {
      all.delete(member);
      phases[member.phase].delete(member);
    },
  };
}

/** A connection is known by both of its ends; node shows no other tie between a TLS socket and the one below. */
const peerOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress ?? ''} ${remotePort ?? 0} ${localAddress ?? ''}`;

function oldestOfLargest(phases: Phases): Member | undefined {
  const [largest] = Object.values(phases).sort((one, other) => other.size - one.size);
  const [oldest] = largest ?? [];
  return oldest;
}

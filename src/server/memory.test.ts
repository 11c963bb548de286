import { describe, expect, it, vi } from 'vitest';
import { shareMemory } from './memory.js';

describe('shareMemory', () => {
  it('takes the oldest share away when it is full', () => {
    const memory = shareMemory(10);
    const [old, young] = [vi.fn(), vi.fn()];
    const first = memory.share(old);
    const second = memory.share(young);
    first.grow(6);
    second.grow(4);
    expect(memory.taken()).toBe(10);
    second.grow(1);
    expect(old).toHaveBeenCalledOnce();
    expect(young).not.toHaveBeenCalled();
    expect(memory.taken()).toBe(5);
    first.grow(100);
    first.release();
    expect(memory.taken()).toBe(5);
  });

  it('takes as many as it needs, the one that grows at last', () => {
    const memory = shareMemory(10);
    const revoked: string[] = [];
    const shares = ['a', 'b', 'c'].map((name) => memory.share(() => revoked.push(name)));
    for (const share of shares) share.grow(3);
    shares[2]?.grow(8);
    expect(revoked).toEqual(['a', 'b', 'c']);
    expect(memory.taken()).toBe(0);
  });

  it('gets back what is released, once', () => {
    const memory = shareMemory(10);
    const revoke = vi.fn();
    const share = memory.share(revoke);
    share.grow(10);
    share.release();
    share.release();
    memory.share(revoke).grow(10);
    expect(revoke).not.toHaveBeenCalled();
    expect(memory.taken()).toBe(10);
  });
});

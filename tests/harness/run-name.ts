/** What the tests of one process share on the real servers has this name, which nobody else uses. */
export const runName = `ermine_test_${crypto.randomUUID().slice(0, 8)}`;

/** Every key that these tests leave on Redis begins so. */
export const redisPrefix = `ermine:test:${runName}:`;

/** What the tests of one run share on the real servers has this name, which nobody else uses. */
export const runName = `ermine_test_${crypto.randomUUID().slice(0, 8)}`;

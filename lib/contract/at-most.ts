/**
 * The arguments of `refine` for a list or text with a bound of ours (`FailedValidation`), which the document does not
 * show: that of the protocol has none there.
 */
export function atMost(max: number, what: string) {
  const isWithin = ({ length }: { length: number }): boolean => length <= max;
  return [isWithin, `must have at most ${max} ${what}`] as const;
}

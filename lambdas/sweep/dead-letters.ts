/** What the projection of the journal could not handle. */
export interface DeadLetters {
  /** About how many there are. Cost: 1 request. */
  count(): Promise<number>;
}

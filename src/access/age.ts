interface Made {
  /** ISO 8601, all of one offset. */
  readonly created_at: string
}

/** Sorts the oldest first; what was made at the same moment keeps its order. */
export function byAge(one: Made, other: Made): number {
  return Number(one.created_at > other.created_at) - Number(one.created_at < other.created_at)
}

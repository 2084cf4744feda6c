/**
 * True where a write was undone because somebody else was quicker: what was to be unique is there
 * (SQLSTATE 23505), or the two of them waited for each other (40P01). To look once more is the answer.
 */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(23505|40P01)$/.test(String(error.code));
}

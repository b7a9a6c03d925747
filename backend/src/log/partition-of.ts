/** Which of the log's partitions an entry belongs to: a stable hash (FNV-1a, 32 bit) of its device, or of its patient. */
export function partitionOf(id: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

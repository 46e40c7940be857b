import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

/** A disk of one's own that is small enough to fill. */

/** Mounts it on the folder. False where this user may not. */
export function mountSmallDisk(folder: string, megabytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', folder]).status === 0;
}

export function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder]);
}

/** Writes the file until the disk has no page left for anybody. */
export async function fillDisk(file: string): Promise<void> {
  const chunk = Buffer.alloc(1 << 20);
  for (const size of [chunk.length, 4_096]) {
    const data = chunk.subarray(0, size);
    for (;;) {
      const error = await writeFile(file, data, { flag: 'a' }).then(
        () => undefined,
        (reason: NodeJS.ErrnoException) => reason,
      );
      if (error?.code === 'ENOSPC') break;
      if (error) throw error;
    }
  }
}

import { type FileHandle, mkdir, open } from "node:fs/promises";
import path from "node:path";
import { tryLock } from "fs-native-extensions";
import { AppError } from "../errors.ts";

/** A directory that is this process's alone, until released. */
export interface DirLock {
  release(): Promise<void>;
}

const LOCK_FILE = "aftercare.lock";

/**
 * Takes `dir` for this process alone, making it (readable by its owner only) if need be: two
 * engines in one directory destroy each other's data. The lock is the kernel's, on an open file,
 * so it goes with the process, however that ends; the file stays, and means nothing by itself.
 *
 * Throws AppError `data_dir_locked` where the directory is taken, by this process or another, and
 * `ledger_unavailable` where it cannot be written to or its file system has no locks.
 */
export async function lockDataDir(dir: string): Promise<DirLock> {
  const file = await openLockFile(dir);
  try {
    if (!tryLock(file.fd)) throw taken(dir, await readPid(file));
    await file.truncate();
    await file.write(`${process.pid}\n`, 0);
  } catch (error) {
    await file.close();
    throw error instanceof AppError ? error : unusable(dir, error);
  }
  let released: Promise<void> | undefined;
  return {
    release() {
      released ??= letGo(file);
      return released;
    },
  };
}

/** The file stays: were it removed, two processes could each lock a file of that name. */
async function letGo(file: FileHandle): Promise<void> {
  try {
    await file.truncate();
  } finally {
    await file.close();
  }
}

async function openLockFile(dir: string): Promise<FileHandle> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    // Not "w+", which would empty the file of the process that has the lock.
    return await open(path.join(dir, LOCK_FILE), "a+", 0o600);
  } catch (error) {
    throw unusable(dir, error);
  }
}

/** The process that has the lock, or null where it cannot be told: on Windows nobody else may read. */
async function readPid(file: FileHandle): Promise<string | null> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    return /^\d+/.exec(buffer.toString("latin1", 0, bytesRead))?.[0] ?? null;
  } catch {
    return null;
  }
}

function taken(dir: string, pid: string | null): AppError {
  const who = pid === null ? "another process" : `process ${pid}`;
  return new AppError(
    "data_dir_locked",
    `${dir} is in use by ${who}: stop that one, or set DATA_DIR to another directory, or set DATABASE_URL to let several processes share one PostgreSQL`,
  );
}

function unusable(dir: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    "ledger_unavailable",
    `cannot use ${dir} for data (${reason}): make it a directory that this user may write to, or set DATA_DIR to another`,
    cause,
  );
}

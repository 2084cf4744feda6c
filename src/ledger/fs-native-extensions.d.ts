/** The part of fs-native-extensions that is used; the package brings no types. */
declare module "fs-native-extensions" {
  /**
   * Tries to lock an open file for this open file alone, even within one process. The kernel drops
   * the lock when the file is closed or the process ends, however it ends. False if it is locked.
   */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
}

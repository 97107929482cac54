import type { Relay } from "./relay";

/** Puts a file system as large as its content in a folder's place; /run is one already. */
export const fill = (relay: Relay, folder: string) =>
  relay.run(`
    mkdir -p ${folder}
    if ! mountpoint -q ${folder}; then
      cp -a ${folder} /root/content
      mount -t tmpfs -o size=8m tmpfs ${folder}
      cp -a /root/content/. ${folder}/
      rm -rf /root/content
    fi
    mount -o "remount,size=$(($(df --output=used ${folder} | tail -n 1) + 4))k" ${folder}`);

/** Ends that. */
export const empty = (relay: Relay, folder: string) =>
  relay.run(folder === "/run" ? "mount -o remount,size=64m /run" : `! mountpoint -q ${folder} || umount ${folder}`);

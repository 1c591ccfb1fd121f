// Parses disks, network interfaces and mounts from /proc, and selects the ones that are counted.
//
// Lines that cannot be parsed are skipped; nothing throws.
import { type Counts, countsOf, fieldsOf } from './procfs.ts';

export interface NetworkInterface {
  readonly name: string;
  readonly receive: InterfaceCounts;
  readonly transmit: InterfaceCounts;
}

/** Totals since the interface came up. */
export interface InterfaceCounts {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** Parses /proc/net/dev. */
export function parseNetworkInterfaces(text: string): NetworkInterface[] {
  return text.split('\n').flatMap((line) => {
    // A long count leaves no space after the colon; the name itself may hold one.
    const colon = line.lastIndexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const count = countsOf(fieldsOf(line.slice(colon + 1)));
    const receive = interfaceCounts(count, 0);
    const transmit = interfaceCounts(count, 8);
    return name === '' || receive === undefined || transmit === undefined ? [] : [{ name, receive, transmit }];
  });
}

function interfaceCounts(count: Counts, first: number): InterfaceCounts | undefined {
  const [bytes, packets, errors, dropped] = [count(first), count(first + 1), count(first + 2), count(first + 3)];
  if (bytes === undefined || packets === undefined || errors === undefined || dropped === undefined) return undefined;
  return { bytes, packets, errors, dropped };
}

/**
 * Whether an interface is counted: one with traffic that is not the loopback (`lo`) and not the host end of a container's
 * virtual cable (`veth…`): a host has hundreds of those, and their traffic passes its other interfaces too.
 */
export function isCounted({ name, receive, transmit }: NetworkInterface): boolean {
  return name !== 'lo' && !name.startsWith('veth') && receive.packets + transmit.packets > 0;
}

export interface Disk {
  readonly name: string;
  readonly read: DiskCounts;
  readonly write: DiskCounts;
}

/** Totals since the disk was attached. */
export interface DiskCounts {
  readonly bytes: number;
  readonly operations: number;
}

/** The sector size of /proc/diskstats, whatever the sector size of the disk is. */
const SECTOR_BYTES = 512;

/** Parses /proc/diskstats. */
export function parseDisks(text: string): Disk[] {
  return text.split('\n').flatMap((line) => {
    const fields = fieldsOf(line);
    const count = countsOf(fields);
    const [name, reads, sectorsRead, writes, sectorsWritten] = [fields[2], count(3), count(5), count(7), count(9)];
    if (
      name === undefined ||
      reads === undefined ||
      sectorsRead === undefined ||
      writes === undefined ||
      sectorsWritten === undefined
    )
      return [];
    return [
      {
        name,
        read: { bytes: sectorsRead * SECTOR_BYTES, operations: reads },
        write: { bytes: sectorsWritten * SECTOR_BYTES, operations: writes },
      },
    ];
  });
}

const STACKED_DISK = /^(?:loop|ram|zram|dm-|md|sr|fd)\d/;

/**
 * Whole disks with at least one operation. Partitions and stacked devices (LVM, RAID, loop) would count the same bytes
 * twice; RAM disks have no disk.
 */
export function wholeDisks(disks: readonly Disk[]): Disk[] {
  const names = new Set(disks.map(({ name }) => name));
  return disks.filter(({ name, read, write }) => {
    const isPartition = names.has(diskOf(name)) && diskOf(name) !== name;
    return !isPartition && !STACKED_DISK.test(name) && read.operations + write.operations > 0;
  });
}

/** The disk of a partition: `sda` of `sda1`, but `nvme0n1` of `nvme0n1p1`, since the kernel adds `p` after a digit. */
function diskOf(partition: string): string {
  return partition.replace(/(?<=\d)p\d+$|(?<=\D)\d+$/, '');
}

export interface Mount {
  readonly device: string;
  readonly mountpoint: string;
  readonly type: string;
}

/** Parses /proc/self/mounts. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [device, mountpoint, type] = fieldsOf(line).map(withoutEscapes);
    return device === undefined || mountpoint === undefined || type === undefined ? [] : [{ device, mountpoint, type }];
  });
}

/** Decodes the octal escapes of characters that would split a field, such as spaces. */
function withoutEscapes(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

/** Mountpoints of the system, of container runtimes and of package formats, which hold no data of the user. */
const SYSTEM_PATH = /^\/(?:dev|etc|proc|run|snap|sys|var\/lib\/(?:containerd|containers|docker|kubelet))(?:\/|$)/;

/** The root and every local file system on a disk, once per device by its shortest path: containers mount one many times. */
export function localMounts(mounts: readonly Mount[]): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const mount of mounts) {
    const isRoot = mount.mountpoint === '/';
    const isOnDisk = mount.device.startsWith('/dev/') || mount.type === 'zfs';
    const isImage = mount.type === 'squashfs' || mount.type === 'iso9660';
    if (!isRoot && (!isOnDisk || isImage || SYSTEM_PATH.test(mount.mountpoint))) continue;
    const known = byDevice.get(mount.device);
    if (known === undefined || mount.mountpoint.length <= known.mountpoint.length) byDevice.set(mount.device, mount);
  }
  return [...byDevice.values()];
}

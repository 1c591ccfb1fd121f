// Parsing of disks, network interfaces and mounts, and which of them are counted.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isCounted,
  localMounts,
  parseDisks,
  parseMounts,
  parseNetworkInterfaces,
  wholeDisks,
} from '../../../src/core/linux/devices.ts';
import { readText } from '../../../src/core/linux/procfs.ts';

const NETWORK_HEADER = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;

describe('network interfaces', () => {
  it('network interfaces are parsed with received and transmitted totals', () => {
    const text = `${NETWORK_HEADER}  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n`;
    expect(parseNetworkInterfaces(text)).toEqual([
      {
        name: 'eth0',
        receive: { bytes: 1000, packets: 10, errors: 1, dropped: 2 },
        transmit: { bytes: 2000, packets: 20, errors: 3, dropped: 4 },
      },
    ]);
  });

  it('names of network interfaces are parsed without a space after the colon, and with a colon inside', () => {
    const text = '  eth0:18446744073709551615 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n eth0:1: 7 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n';
    expect(parseNetworkInterfaces(text).map(({ name, receive }) => [name, receive.bytes])).toEqual([
      ['eth0', 2 ** 64],
      ['eth0:1', 7],
    ]);
  });

  it('network interfaces with missing counts or without a name are skipped', () => {
    expect(parseNetworkInterfaces(`${NETWORK_HEADER}  eth0: 1000 10 1 2\n  : 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n`)).toEqual([]);
  });

  it('network interfaces with traffic are counted, except loopback and veth', () => {
    const names = ['lo', 'eth0', 'wlan0', 'docker0', 'veth1a2b3c', 'ens5', 'eth1'];
    const text = names.map((name) => `${name}: 1 ${name === 'eth1' ? 0 : 1} 0 0 0 0 0 0 0 0 0 0 0 0 0 0`).join('\n');
    expect(
      parseNetworkInterfaces(text)
        .filter(isCounted)
        .map(({ name }) => name),
    ).toEqual(['eth0', 'wlan0', 'docker0', 'ens5']);
  });

  it('network interfaces of this machine include lo', () => {
    expect(parseNetworkInterfaces(readText('/proc/net/dev') ?? '').map(({ name }) => name)).toContain('lo');
  });
});

function disksNamed(...names: string[]): string {
  return names.map((name, index) => ` 8 ${index} ${name} 5 0 80 1 3 0 16 2 0 3 4`).join('\n');
}

describe('disks', () => {
  it('disks are parsed with bytes and operations, from the columns of old and new kernels', () => {
    const expected = [{ name: 'sda', read: { bytes: 40_960, operations: 5 }, write: { bytes: 8192, operations: 3 } }];
    expect(parseDisks(disksNamed('sda'))).toEqual(expected);
    expect(parseDisks('   8       0 sda 5 0 80 1 3 0 16 2 0 3 4 0 0 0 0 0 0\n')).toEqual(expected);
    expect(parseDisks('8 1 sda1 5 80 3 16')).toEqual([]);
  });

  it('disks are counted without their partitions', () => {
    const text = disksNamed(
      'sda',
      'sda1',
      'sda12',
      'nvme0n1',
      'nvme0n1p1',
      'nvme0n12',
      'mmcblk0',
      'mmcblk0p2',
      'xvda1',
      'vda',
      'vdb',
    );
    expect(wholeDisks(parseDisks(text)).map(({ name }) => name)).toEqual([
      'sda',
      'nvme0n1',
      'nvme0n12',
      'mmcblk0',
      'xvda1',
      'vda',
      'vdb',
    ]);
  });

  it('disks are counted without stacked devices, RAM disks and unused disks', () => {
    const text = `${disksNamed('loop0', 'ram1', 'zram0', 'dm-0', 'md127', 'sr0', 'fd0', 'sda')}\n 8 9 sdb 0 0 0 0 0 0 0 0 0 0 0`;
    expect(wholeDisks(parseDisks(text)).map(({ name }) => name)).toEqual(['sda']);
  });
});

describe('mounts', () => {
  it('mounts are parsed with octal escapes', () => {
    expect(parseMounts('/dev/sdb1 /mnt/My\\040Disk\\134x ext4 rw 0 0\nbroken line')).toEqual([
      { device: '/dev/sdb1', mountpoint: '/mnt/My Disk\\x', type: 'ext4' },
    ]);
  });

  it('mounts of a host are counted if they are on a local disk', () => {
    const text = `proc /proc proc rw 0 0
/dev/nvme0n1p2 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
/dev/nvme0n1p1 /boot/efi vfat rw 0 0
/dev/loop3 /snap/core22/1 squashfs ro 0 0
/dev/loop4 /opt/image squashfs ro 0 0
files:/home /home nfs4 rw 0 0
//server/share /mnt/share cifs rw 0 0
pool/data /data zfs rw 0 0
/dev/nvme0n1p2 /var/lib/docker/volumes ext4 rw 0 0
/dev/sdz1 /var/lib/kubelet/pods/1 ext4 rw 0 0
/dev/sdb /devices ext4 rw 0 0
`;
    expect(localMounts(parseMounts(text)).map(({ mountpoint }) => mountpoint)).toEqual(['/', '/boot/efi', '/data', '/devices']);
  });

  it('mounts of a container are counted once per device, and the root in any case', () => {
    const text = `overlay / overlay rw 0 0
/dev/sda1 /etc/hosts ext4 rw 0 0
/dev/sda1 /var/data/long ext4 rw 0 0
/dev/sda1 /data ext4 rw 0 0
/dev/sdb1 /uploads xfs rw 0 0
`;
    expect(localMounts(parseMounts(text)).map(({ mountpoint }) => mountpoint)).toEqual(['/', '/data', '/uploads']);
  });

  it('mounts that cover an earlier one at the same path replace it', () => {
    expect(localMounts(parseMounts('/dev/sda1 / ext4 rw 0 0\n/dev/sda1 / xfs rw 0 0'))).toEqual([
      { device: '/dev/sda1', mountpoint: '/', type: 'xfs' },
    ]);
  });
});

describe('any text', () => {
  it('disks and network interfaces have finite counts, whatever the text holds', () => {
    const words = fc.constantFrom(
      'eth0:',
      ':',
      '/',
      '/dev/sda',
      'ext4',
      '\\040',
      '\\777',
      '-1',
      'NaN',
      '99999999999999999999',
      '\n',
    );
    const text = fc.array(fc.oneof(words, fc.nat().map(String), fc.string()), { maxLength: 80 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, (anything) => {
        localMounts(parseMounts(anything));
        const disks = wholeDisks(parseDisks(anything)).flatMap(({ read, write }) => [
          ...Object.values(read),
          ...Object.values(write),
        ]);
        const networks = parseNetworkInterfaces(anything).flatMap(({ receive, transmit }) => [
          ...Object.values(receive),
          ...Object.values(transmit),
        ]);
        for (const value of [...disks, ...networks])
          expect(value).toSatisfy((count: number) => Number.isFinite(count) && count >= 0);
      }),
    );
  });
});

// Attributes of the Node.js runtime, the process and the host, each with the bound on its values.

export const nodejsEventloopState = {
  key: 'nodejs.eventloop.state',
  type: 'string',
  brief: 'The state of event loop time.',
  values: ['active', 'idle'],
} as const;

export const v8jsGcType = {
  key: 'v8js.gc.type',
  type: 'string',
  brief: 'The type of garbage collection.',
  values: ['minor', 'major', 'incremental', 'weakcb'],
} as const;

export const v8jsHeapSpaceName = {
  key: 'v8js.heap.space.name',
  type: 'string',
  brief: 'The name of the space type of heap memory.',
  cap: 20,
} as const;

export const v8jsResourceType = {
  key: 'v8js.resource.type',
  type: 'string',
  brief: 'The type of resource keeping the event loop active.',
  note: 'For example Timeout or TCPSocketWrap.',
  cap: 40,
} as const;

export const cpuMode = {
  key: 'cpu.mode',
  type: 'string',
  brief: 'The mode of the CPU.',
  note: 'A process has user and system only.',
  values: ['user', 'system', 'nice', 'idle', 'iowait', 'interrupt', 'steal'],
} as const;

export const processContextSwitchType = {
  key: 'process.context_switch.type',
  type: 'string',
  brief: 'Specifies whether the context switches for this data point were voluntary or involuntary.',
  values: ['voluntary', 'involuntary'],
} as const;

export const systemPagingFaultType = {
  key: 'system.paging.fault.type',
  type: 'string',
  brief: 'The paging fault type.',
  note: 'A major fault reads the page from disk.',
  values: ['major', 'minor'],
} as const;

export const systemMemoryState = {
  key: 'system.memory.state',
  type: 'string',
  brief: 'The memory state.',
  note: 'Available memory can be used without swapping.',
  values: ['used', 'available'],
} as const;

export const systemDevice = {
  key: 'system.device',
  type: 'string',
  brief: 'The OS level identifier for a device, such as disk, partition or network interface.',
  note: 'For example sda or /dev/sda1.',
  cap: 50,
} as const;

export const systemFilesystemMountpoint = {
  key: 'system.filesystem.mountpoint',
  type: 'string',
  brief: 'The filesystem mount path.',
  cap: 50,
} as const;

export const systemFilesystemType = {
  key: 'system.filesystem.type',
  type: 'string',
  brief: 'The filesystem type.',
  note: 'For example ext4.',
  cap: 20,
} as const;

export const systemFilesystemState = {
  key: 'system.filesystem.state',
  type: 'string',
  brief: 'The filesystem state.',
  note: 'Reserved space is for the superuser only.',
  values: ['used', 'free', 'reserved'],
} as const;

export const diskIoDirection = {
  key: 'disk.io.direction',
  type: 'string',
  brief: 'The disk IO operation direction.',
  values: ['read', 'write'],
} as const;

export const networkInterfaceName = {
  key: 'network.interface.name',
  type: 'string',
  brief: 'The network interface name.',
  note: 'For example eth0.',
  cap: 50,
} as const;

export const networkIoDirection = {
  key: 'network.io.direction',
  type: 'string',
  brief: "The direction of traffic from the perspective of the observing host's physical or virtual network interface.",
  values: ['receive', 'transmit'],
} as const;

// Loaded ahead of the program (node --import) where a stand-in takes the place of http://supervisor: whatever connects
// to that name comes to the port STAND_IN_SUPERVISOR_PORT of this machine.
import net from 'node:net'

const { connect } = net
const port = Number(process.env.STAND_IN_SUPERVISOR_PORT)

net.connect = (options, ...rest) =>
  connect(options?.host === 'supervisor' ? { ...options, host: '127.0.0.1', port } : options, ...rest)

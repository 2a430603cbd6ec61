export type {
  AdapterContractSubject,
  ClosableServer,
  ContractApplication,
  StartApplication,
} from './adapter/subject.ts'
export { adapterContract } from './adapter-contract.ts'
export {
  type CheckContractSubject,
  type ContractCase,
  type ContractFault,
  checkContract,
} from './check-contract.ts'
export type { Expectation } from './contract-rehearsal.ts'
export { type FakeClock, fakeClock } from './fake-clock.ts'
export { type Faults, faults, withFaults } from './faults.ts'

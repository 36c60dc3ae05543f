import { type Route, route } from './route.ts'

/** A copy of the data folder that is made while the program runs. */
export interface BackupView {
  readonly state: 'under_way' | 'ended'
  /** ISO 8601 with offset. */
  readonly began_at: string
  /** When it ends by itself, where nobody ends it before; null: it has ended. */
  readonly ends_by: string | null
}

export interface BackupHouse {
  readonly backup: {
    /** @throws AppError `unavailable` where the store cannot be held. */
    begin(): Promise<BackupView>
    /** @throws AppError `conflict` where none is under way, so that nobody takes its copy for whole. */
    end(): Promise<BackupView>
  }
}

export function backupRoutes({ backup }: BackupHouse): Route[] {
  return [
    route({
      method: 'post',
      path: '/backup/begin',
      summary:
        'Prepares the data folder to be copied file by file while the program goes on. One that is under way goes on, with its time anew.',
      needs: 'admin',
      handle: () => backup.begin(),
    }),
    route({
      method: 'post',
      path: '/backup/end',
      summary: 'Ends that. Refused where none is under way: what was copied is not to be relied on then.',
      needs: 'admin',
      handle: () => backup.end(),
    }),
  ]
}

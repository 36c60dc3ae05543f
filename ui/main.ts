import { Account } from './elements/account.ts'
import { AddressStep } from './elements/address-step.ts'
import { Battery } from './elements/battery.ts'
import { CardStep } from './elements/card-step.ts'
import { Confirm } from './elements/confirm.ts'
import { CopyField } from './elements/copy-field.ts'
import { Entry } from './elements/entry.ts'
import { Explanation } from './elements/explanation.ts'
import { FirstSteps } from './elements/first-steps.ts'
import { FirstStepsOffer } from './elements/first-steps-offer.ts'
import { History } from './elements/history.ts'
import { HistoryEntry } from './elements/history-entry.ts'
import { House } from './elements/house.ts'
import { HouseholdAccount } from './elements/household-account.ts'
import { InputList } from './elements/input-list.ts'
import { Kid } from './elements/kid.ts'
import { Library } from './elements/library.ts'
import { LibraryDiskLine } from './elements/library-disk.ts'
import { LibraryFile } from './elements/library-file.ts'
import { LibraryPicker } from './elements/library-picker.ts'
import { NewStream } from './elements/new-stream.ts'
import { NewToken } from './elements/new-token.ts'
import { Notices } from './elements/notices.ts'
import { OutdatedCards } from './elements/outdated-cards.ts'
import { Panel } from './elements/panel.ts'
import { PasswordField } from './elements/password-field.ts'
import { People } from './elements/people.ts'
import { PersonForm } from './elements/person-form.ts'
import { Player } from './elements/player.ts'
import { Position } from './elements/position.ts'
import { Preview } from './elements/preview.ts'
import { QueueList } from './elements/queue-list.ts'
import { RuleEditor } from './elements/rule-editor.ts'
import { RuleFiles } from './elements/rule-files.ts'
import { RuleList } from './elements/rule-list.ts'
import { RulePlan } from './elements/rule-plan.ts'
import { RuleRun } from './elements/rule-run.ts'
import { RuleRuns } from './elements/rule-runs.ts'
import { RuleTrial } from './elements/rule-trial.ts'
import { Rules } from './elements/rules.ts'
import { SetUp } from './elements/set-up.ts'
import { SignIn } from './elements/sign-in.ts'
import { SignInWays } from './elements/sign-in-ways.ts'
import { SignOut } from './elements/sign-out.ts'
import { SimulatedPlayer } from './elements/simulated-player.ts'
import { Stream } from './elements/stream.ts'
import { StreamSettings } from './elements/stream-settings.ts'
import { Tokens } from './elements/tokens.ts'
import { Uploads } from './elements/uploads.ts'
import { Volume } from './elements/volume.ts'
import { WebhookList } from './elements/webhook-list.ts'
import { followTheme } from './theme.ts'

followTheme()

const elements = {
  'yoto-account': Account,
  'yoto-address-step': AddressStep,
  'yoto-battery': Battery,
  'yoto-card-step': CardStep,
  'yoto-confirm': Confirm,
  'yoto-copy-field': CopyField,
  'yoto-explanation': Explanation,
  'yoto-first-steps': FirstSteps,
  'yoto-first-steps-offer': FirstStepsOffer,
  'yoto-history': History,
  'yoto-history-entry': HistoryEntry,
  'yoto-house': House,
  'yoto-household-account': HouseholdAccount,
  'yoto-input-list': InputList,
  'yoto-kid': Kid,
  'yoto-library': Library,
  'yoto-library-disk': LibraryDiskLine,
  'yoto-library-file': LibraryFile,
  'yoto-library-picker': LibraryPicker,
  'yoto-new-stream': NewStream,
  'yoto-new-token': NewToken,
  'yoto-notices': Notices,
  'yoto-outdated-cards': OutdatedCards,
  'yoto-panel': Panel,
  'yoto-password-field': PasswordField,
  'yoto-people': People,
  'yoto-person-form': PersonForm,
  'yoto-player': Player,
  'yoto-position': Position,
  'yoto-preview': Preview,
  'yoto-queue': QueueList,
  'yoto-rule-editor': RuleEditor,
  'yoto-rule-files': RuleFiles,
  'yoto-rule-list': RuleList,
  'yoto-rule-plan': RulePlan,
  'yoto-rule-trial': RuleTrial,
  'yoto-rule-run': RuleRun,
  'yoto-rule-runs': RuleRuns,
  'yoto-rules': Rules,
  'yoto-webhook-list': WebhookList,
  'yoto-set-up': SetUp,
  'yoto-sign-in': SignIn,
  'yoto-sign-in-ways': SignInWays,
  'yoto-sign-out': SignOut,
  'yoto-simulated-player': SimulatedPlayer,
  'yoto-stream': Stream,
  'yoto-stream-settings': StreamSettings,
  'yoto-tokens': Tokens,
  'yoto-uploads': Uploads,
  'yoto-volume': Volume,
  // Last, because it draws with the others.
  'yoto-entry': Entry,
}

for (const [name, element] of Object.entries(elements)) customElements.define(name, element)

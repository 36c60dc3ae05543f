/** A calendar file with one event, `School holiday`, on 21 December 2026. */
export const schoolHoliday = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTART;VALUE=DATE:20261221',
  'SUMMARY:School holiday',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

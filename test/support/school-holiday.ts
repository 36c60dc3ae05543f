/** A calendar file with two events: `School holiday` on 21 December 2026, and a `Piano lesson` in the afternoon after. */
export const schoolHoliday = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTART;VALUE=DATE:20261221',
  'SUMMARY:School holiday',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:2',
  'DTSTART:20261222T160000',
  'DTEND:20261222T164500',
  'SUMMARY:Piano lesson',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

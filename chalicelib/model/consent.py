"""What the applicant said to the biometric processing (GDPR Art. 9(2)(a), BIPA 15(b))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """Which text (its version) the applicant agreed to, or refused, and when. A refusal may leave the version out."""

    version: str | None
    given_at: datetime
    given: bool = True

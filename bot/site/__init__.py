"""What all pages share: templates, requests and forms, signatures, news for open pages."""

"""Uploads that go on after an interruption. How they speak HTTP is `admin.web.tus`; who may file what is the core's."""
